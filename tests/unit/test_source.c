/* SPDX-License-Identifier: BSD-2-Clause */
/* test_source.c - which attempts count as coming from one place, and which do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "source.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct keys *keys, *others;

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 3 };

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0)
		return -1;
	root[0] = 4;
	return keys_from(&others, root);
}

static int teardown(void **state)
{
	(void)state;
	keys_close(keys);
	keys_close(others);
	return 0;
}

static uint64_t at(const char *rhost)
{
	return source_of(keys, 33, "web", rhost).tag;
}

/* Each row is one place, and no other row's. */
static const char *const places[][4] = {
	{ "192.0.2.1", "192.0.2.254", "::ffff:192.0.2.9", "::FFFF:c000:0263" },
	{ "192.0.3.1", "192.0.3.0", "::ffff:192.0.3.255" },
	{ "192.1.2.1" },
	{ "193.0.2.1" },
	{ "2001:db8:5::1",
	  "2001:db8:5:ffff:ffff::", "2001:0DB8:0005:1::", "2001:db8:5::192.0.2.1" },
	{ "2001:db8:6::1", "2001:db8:6:7::1" },
	{ "2001:db9:5::1" },
	{ "::1", "::192.0.2.1", "::fffe:192.0.2.1" }, /* inside IPv6, yet no IPv4 */
	{ "" },
	{ "host.example.org", "HOST.Example.ORG" },
	{ "host.example.com" },
	{ "host.example.org." },
	{ "192.0.2" }, /* no address: a name */
	{ "192.0.2.1 " },
	{ "192.0.2.256" },
	{ "[2001:db8:5::1]" },
	{ "fe80::1%eth0" },
};

static void test_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(places); i++)
		for (size_t j = 0; j < N(places[i]) && places[i][j] != NULL; j++)
			for (size_t k = 0; k < N(places); k++)
				if ((at(places[i][j]) == at(places[k][0])) != (i == k))
					fail_msg("'%s' and '%s'", places[i][j], places[k][0]);
}

/* Kind and bytes have places of their own: a name cannot be made to look like an address. */
static void test_names_are_no_addresses(void **state)
{
	static const char raw[] = { (char)192, 0, 2, '\0' }, four[] = { 4, (char)192, 0, 2, '\0' };

	(void)state;
	assert_int_not_equal(at(raw), at("192.0.2.1"));
	assert_int_not_equal(at(four), at("192.0.2.1"));
	assert_int_not_equal(at("\001"), at(""));
}

static void test_caller_and_service_count(void **state)
{
	static const struct {
		uid_t uid;
		const char *service;
	} all[] = { { 33, "web" },  { 34, "web" }, { 0, "web" }, { 33, "we" },
		    { 33, "webw" }, { 33, "WEB" }, { 33, "" },   { (uid_t)-2, "web" } };

	(void)state;
	for (size_t i = 0; i < N(all); i++)
		for (size_t j = 0; j < N(all); j++)
			assert_int_equal(
				source_of(keys, all[i].uid, all[i].service, "192.0.2.1").tag ==
					source_of(keys, all[j].uid, all[j].service, "192.0.2.2")
						.tag,
				i == j);
}

static void test_tags_are_keyed_and_never_0(void **state)
{
	char rhost[32];

	(void)state;
	assert_int_not_equal(source_of(keys, 1, "web", "a").tag,
			     source_of(others, 1, "web", "a").tag);
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(rhost, sizeof(rhost), "10.%u.%u.1", i / 256, i % 256);
		assert_int_not_equal(at(rhost), 0);
	}
}

/* The longest that the wire lets through, and the name that operators are shown. */
static void test_limits(void **state)
{
	char service[PENALTY_SERVICE_MAX + 1], rhost[256];
	struct penalty_from from, other;

	(void)state;
	memset(service, 's', sizeof(service) - 1);
	service[sizeof(service) - 1] = '\0';
	memset(rhost, 'r', sizeof(rhost) - 1);
	rhost[sizeof(rhost) - 1] = '\0';
	from = source_of(keys, 1, service, rhost);
	assert_string_equal(from.service, service);
	other = source_of(keys, 1, service, "r");
	assert_int_not_equal(from.tag, other.tag);
	service[sizeof(service) - 2] = 't';
	assert_int_not_equal(from.tag, source_of(keys, 1, service, rhost).tag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_names_are_no_addresses),
		cmocka_unit_test(test_caller_and_service_count),
		cmocka_unit_test(test_tags_are_keyed_and_never_0),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("source", tests, setup, teardown);
}
