/* SPDX-License-Identifier: BSD-2-Clause */
/* test_conf_files.c - configuration files that are broken, strange, or no files; and services.d. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define EVERYBODY 0x7eu /* all six categories */

static char dir[] = "/tmp/test_conf_files.XXXXXX";
static char file[64], services[64], err[512];
static struct users *users; /* alice 1001, bob 1002; groups desk 501, pind-approver 502 */

static void write_at(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	static const char passwd[] = "alice:x:1001:1001::/:/bin/sh\nbob:x:1002:1002::/:/bin/sh\n"
				     "pin-courier-post:x:903:903::/:/bin/false\n";
	static const char group[] = "desk:x:501:alice\npind-approver:x:502:\n";

	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/pind.conf", dir);
	snprintf(services, sizeof(services), "%s/services.d", dir);
	write_at(file, passwd, strlen(passwd));
	write_at(services, group, strlen(group));
	if (users_open(&users, file, services) != 0 || unlink(services) != 0)
		return -1;
	write_at(file, "", 0);
	return mkdir(services, 0700);
}

static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	users_close(users);
	return nftw(dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *service_file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", services, name);
	return path;
}

static void write_service(const char *name, const char *text)
{
	write_at(service_file(name), text, strlen(text));
}

static struct conf *read_all(void)
{
	struct conf *c = NULL;

	memset(err, 'x', sizeof(err));
	if (conf_read(&c, file, users, err, sizeof(err)) != 0)
		fail_msg("refused: %s", err);
	return c;
}

/* All is refused with "PATH:LINE: COMPLAINT", or without a line when it is 0. */
static void assert_refused(const char *path, int line, const char *complaint)
{
	struct conf *c = NULL;
	char want[512];

	assert_int_equal(conf_read(&c, file, users, err, sizeof(err)), -EINVAL);
	assert_null(c);
	if (line > 0)
		snprintf(want, sizeof(want), "%s:%d: %s", path, line, complaint);
	else
		snprintf(want, sizeof(want), "%s: %s", path, complaint);
	assert_string_equal(err, want);
}

static void assert_text_refused(const char *text, int line, const char *complaint)
{
	write_at(file, text, strlen(text));
	assert_refused(file, line, complaint);
	write_at(file, "", 0);
}

static void assert_service_refused(const char *text, int line, const char *complaint)
{
	write_service("web.conf", text);
	assert_refused(service_file("web.conf"), line, complaint);
	unlink(service_file("web.conf"));
}

static const char no_line[] = "not 'key = value', '[section]' or a comment";

static void test_lines_that_are_none(void **state)
{
	static const char *const bad[] = { "nonsense\n", "[pin\n", "limit\n", "\"", "{ \"a\": 1 }\n" };
	char text[128];

	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		snprintf(text, sizeof(text), "# first\n[pin]\n%s", bad[i]);
		assert_text_refused(text, 3, i == 4 ? "unknown setting '{ \"a\"' in [pin]" : no_line);
	}
	/* the line that is named and the complaint belong together */
	assert_text_refused("nonsense\n[pin]\nwarn_days = x\n", 1, no_line);
	assert_text_refused("[pin]\nwarn_days = 91\nnonsense\nsimplified = x\n", 2,
			    "warn_days = '91': write a number of days from 0 to 90");
}

static void test_what_is_fine(void **state)
{
	static const char text[] = "\xef\xbb\xbf# a comment\r\n; another\r\n\r\n[pin]\r\n"
				   "  # indented\n   warn_days   =   7 ; why\nsimplified:no\n[empty]";
	struct conf *c;

	(void)state;
	write_at(file, text, strlen(text));
	c = read_all();
	assert_int_equal(c->warn_days, 7);
	assert_int_equal(c->simplified, 0);
	conf_free(c);
}

/* libinih reads lines of 199, and newer ones of 198: what is beyond must not become a line of its own. */
static void test_long_lines(void **state)
{
	char text[4096], wide[1024];
	struct conf *c;

	(void)state;
	memset(wide, 'x', sizeof(wide));
	for (int n = 150; n < 600; n++) {
		snprintf(text, sizeof(text), "# %.*slimit = 7\n ; %.*s[guesses]\nfree = 1\n[guesses]\n",
			 n, wide, n, wide);
		assert_text_refused(text, 3, "unknown setting 'free' in []");
		snprintf(text, sizeof(text), "[guesses]\n# %.*slimit = 7\n", n, wide);
		write_at(file, text, strlen(text));
		c = read_all();
		assert_int_equal(c->limit, 10); /* a comment sets nothing, however long */
		conf_free(c);
		snprintf(text, sizeof(text), "[guesses]\nfree = 1 ;%.*s\nlimit = x\n", n, wide);
		if (n + 10 > 198)
			assert_text_refused(text, 2, "longer than 198 characters");
		else
			assert_text_refused(text, 3, "limit = 'x': write a number of attempts from 1 to "
						     "92");
	}
	memset(wide, ' ', sizeof(wide));
	snprintf(text, sizeof(text), "[guesses]\n%.*slimit = 7\n", 300, wide);
	assert_text_refused(text, 2, "longer than 198 characters");
}

static void test_bytes_that_are_no_text(void **state)
{
	static const char nul[] = "[pin]\nwarn_days = 7\0 and more\n";
	static const char in_comment[] = "# a\0b\n";
	uint32_t x = 2463534242u;
	uint8_t junk[3000];
	struct conf *c = NULL;

	(void)state;
	write_at(file, nul, sizeof(nul) - 1);
	assert_refused(file, 2, "a NUL byte: this is no text file");
	write_at(file, in_comment, sizeof(in_comment) - 1);
	assert_refused(file, 1, "a NUL byte: this is no text file");
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < sizeof(junk); i++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			junk[i] = (uint8_t)x;
		}
		write_at(file, junk, sizeof(junk));
		assert_int_equal(conf_read(&c, file, users, err, sizeof(err)), -EINVAL);
		for (const char *p = err; *p != '\0'; p++) /* no terminal tricks */
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
	assert_null(c);
}

static void test_what_is_no_file(void **state)
{
	struct conf *c = NULL;
	char want[128];

	(void)state;
	assert_int_equal(unlink(file), 0);
	snprintf(want, sizeof(want), "%s: No such file or directory", file);
	assert_int_equal(conf_read(&c, file, users, err, sizeof(err)), -ENOENT);
	assert_string_equal(err, want);
	assert_int_equal(mkdir(file, 0700), 0);
	assert_refused(file, 0, "not a regular file");
	assert_int_equal(rmdir(file), 0);
	assert_int_equal(mkfifo(file, 0600), 0); /* nobody writes: it must not wait */
	assert_refused(file, 0, "not a regular file");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(symlink("/dev/zero", file), 0);
	snprintf(want, sizeof(want), "%s: a link: put the file itself there", file);
	assert_int_equal(conf_read(&c, file, users, err, sizeof(err)), -ELOOP);
	assert_string_equal(err, want);
	assert_null(c);
}

static void test_services(void **state)
{
	const struct conf_service *s;
	struct conf *c;
	char line[128] = "";
	FILE *f = fmemopen(line, sizeof(line), "w");

	(void)state;
	assert_non_null(f);
	write_service("web.conf", "level = dispositivo\ncategories = impresa, patronato\n"
				  "peers = alice 33,bob\n");
	write_service("a.conf", "");
	write_service("Z-0_9.x.conf", "categories=lavoratore\n  pensionato ,\n\tautonomo\n"
				      "peers: 1\n 2 3\n 4294967294\n");
	write_service("default.conf", "level = dispositivo\n");
	write_service(".hidden.conf", "nonsense\n");
	c = read_all();
	assert_int_equal(c->n_services, 4);
	assert_string_equal(c->services[0].name, "default");
	assert_string_equal(c->services[1].name, "Z-0_9.x");
	assert_string_equal(c->services[2].name, "a");
	assert_string_equal(c->services[3].name, "web");
	conf_print_services(c, f);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(line, "services with a policy of their own: Z-0_9.x a web\n");
	s = conf_service(c, "web");
	assert_true(s->level == LEVEL_DISPOSITIVO && s->categories == (1u << 4 | 1u << 6));
	assert_true(s->n_peers == 3 && s->peers[0] == 1001 && s->peers[1] == 33 && s->peers[2] == 1002);
	assert_true(conf_peer_ok(s, 33) && conf_peer_ok(s, 1002) && !conf_peer_ok(s, 0) &&
		    !conf_peer_ok(s, 34));
	s = conf_service(c, "Z-0_9.x");
	assert_true(s->level == LEVEL_SEMPLICE && s->categories == (1u << 1 | 1u << 2 | 1u << 3));
	assert_true(s->n_peers == 4 && s->peers[3] == 4294967294u);
	s = conf_service(c, "a");
	assert_true(s->level == LEVEL_SEMPLICE && s->categories == EVERYBODY && s->n_peers == 0);
	assert_true(conf_peer_ok(s, 0) && conf_peer_ok(s, 12345));
	conf_free(c);
}

/* A service without a file falls under the default, whatever its name is like. */
static void test_services_without_a_file(void **state)
{
	static const char *const names[] = { "", "we", "webb", "Web", "default", "other", "a/b",
					     "a-name-that-is-longer-than-any-service-may-have" };
	struct conf *c = read_all();

	(void)state;
	assert_int_equal(conf_service(c, "x")->categories, EVERYBODY);
	assert_int_equal(conf_service(c, "x")->level, LEVEL_SEMPLICE);
	conf_free(c);
	write_service("default.conf", "categories = impresa\n");
	write_service("web.conf", "level = dispositivo\n");
	c = read_all();
	for (size_t i = 0; i < N(names); i++)
		assert_ptr_equal(conf_service(c, names[i]), &c->services[0]);
	assert_int_equal(c->services[0].categories, 1u << 4);
	assert_int_equal(conf_service(c, "web")->categories, EVERYBODY); /* nothing is inherited */
	conf_free(c);
}

static void test_no_folder_of_services(void **state)
{
	struct conf *c = NULL;
	char want[128];

	(void)state;
	assert_int_equal(rmdir(services), 0);
	conf_free(read_all());
	write_at(services, "", 0);
	assert_true(conf_read(&c, file, users, err, sizeof(err)) == -ENOTDIR);
	snprintf(want, sizeof(want), "%s: Not a directory", services);
	assert_string_equal(err, want);
	assert_int_equal(unlink(services), 0);
	assert_int_equal(symlink("loop", services), 0); /* to nothing: as if there were none */
	conf_free(read_all());
}

static void test_bad_services(void **state)
{
	(void)state;
	assert_service_refused("nonsense\n", 1, no_line);
	assert_service_refused("levels = semplice\n", 1, "unknown setting 'levels'");
	assert_service_refused("level = alto\n", 1, "level = 'alto': write semplice or dispositivo");
	assert_service_refused("level =\n", 1, "level = '': write semplice or dispositivo");
	assert_service_refused("level = semplice\nlevel = semplice\n", 2, "'level' is set twice");
	assert_service_refused("[web]\nlevel = semplice\n", 2,
			       "a service's file has no sections: remove [web]");
	assert_service_refused("categories = impresa, imprese\n", 1, "unknown category 'imprese'");
	assert_service_refused("categories =\n", 1, "the list is empty");
	assert_service_refused("categories = , ,\n", 1, "the list is empty");
	assert_service_refused("categories = impresa\nlevel = semplice\ncategories = patronato\n", 3,
			       "'categories' is set twice");
	assert_service_refused("categories = impresa\npeers = 1\ncategories = patronato\n", 3,
			       "'categories' is set twice");
	assert_service_refused("peers =\n", 1, "the list is empty");
	assert_service_refused("peers = 1\nlevel = semplice\n\npeers = 2\n", 4, "'peers' is set twice");
	assert_service_refused("peers = alice carol\n", 1,
			       "no user 'carol' when pind started: write a uid, or restart pind");
	assert_service_refused("peers = 4294967295\n", 1, /* -1 is nobody's */
			       "no user '4294967295' when pind started: write a uid, or restart pind");
	assert_service_refused("peers = -1\n", 1,
			       "no user '-1' when pind started: write a uid, or restart pind");
	assert_service_refused("peers = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 1,
			       "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is "
			       "too long for a name");
}

static void test_on_behalf_of(void **state)
{
	struct conf *c;

	(void)state;
	write_service("a.conf", "on_behalf_of = optional\nlevel = dispositivo\n");
	write_service("b.conf", "on_behalf_of = required\n");
	write_service("c.conf", "on_behalf_of = no\n");
	write_service("d.conf", "level = dispositivo\n");
	c = read_all();
	assert_int_equal(conf_service(c, "a")->on_behalf_of, CONF_MAY_BEHALF);
	assert_int_equal(conf_service(c, "a")->level, LEVEL_DISPOSITIVO);
	assert_int_equal(conf_service(c, "b")->on_behalf_of, CONF_MUST_BEHALF);
	assert_int_equal(conf_service(c, "c")->on_behalf_of, CONF_NO_BEHALF);
	assert_int_equal(conf_service(c, "d")->on_behalf_of, CONF_NO_BEHALF); /* unless it says so */
	assert_int_equal(conf_service(c, "none")->on_behalf_of, CONF_NO_BEHALF);
	conf_free(c);
	assert_service_refused("on_behalf_of = yes\n", 1,
			       "on_behalf_of = 'yes': write no, optional or required");
	assert_service_refused("on_behalf_of =\n", 1,
			       "on_behalf_of = '': write no, optional or required");
	assert_service_refused("on_behalf_of = no\non_behalf_of = no\n", 2, "'on_behalf_of' is set twice");
}

/* Who is named must be there; who is not named, and is not there, is nobody. */
static void test_duties(void **state)
{
	static const char named[] = "[operators]\nhelpdesk = desk\napprover = 77\n"
				    "[couriers]\nelectronic = alice\npost = 1002\n";
	struct conf *c = read_all();

	(void)state;
	assert_int_equal(c->helpdesk, CONF_NOBODY);
	assert_int_equal(c->approver, 502); /* by its usual name */
	assert_int_equal(c->auditor, CONF_NOBODY);
	assert_int_equal(c->electronic, CONF_NOBODY);
	assert_int_equal(c->post, 903);
	conf_free(c);
	write_at(file, named, strlen(named));
	c = read_all();
	assert_true(c->helpdesk == 501 && c->approver == 77 && c->auditor == CONF_NOBODY);
	assert_true(c->electronic == 1001 && c->post == 1002);
	conf_free(c);
	assert_text_refused("[operators]\nhelpdesk = alice\n", 2, /* a user is no group */
			    "no group 'alice' when pind started: write a gid, or restart pind");
	assert_text_refused("[operators]\nauditor = pind-auditor\n", 2,
			    "no group 'pind-auditor' when pind started: write a gid, or restart pind");
	assert_text_refused("[operators]\nauditor =\n", 2,
			    "no group '' when pind started: write a gid, or restart pind");
	assert_text_refused("[operators]\nauditor = 4294967295\n", 2,
			    "no group '4294967295' when pind started: write a gid, or restart pind");
	assert_text_refused("[couriers]\nelectronic = desk\n", 2,
			    "no user 'desk' when pind started: write a uid, or restart pind");
	assert_text_refused("[couriers]\npost = bob\n\npost = bob\n", 4, "'post' is set twice");
	assert_text_refused("[couriers]\nelectronic = bob\npost = 1002\n", 0,
			    "[couriers] electronic and post are the same user: nobody may hold both halves");
	assert_text_refused("[couriers]\nelectronic = 903\n", 0, /* post by its usual name */
			    "[couriers] electronic and post are the same user: nobody may hold both halves");
}

static void test_bad_names_of_services(void **state)
{
	static const char *const bad[] = { "a b.conf", "web\n.conf", "\xc3\xa8.conf",
					   "a-name-of-more-than-32-characters.conf", "a:b.conf" };

	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		struct conf *c = NULL;

		write_service(bad[i], "");
		assert_int_equal(conf_read(&c, file, users, err, sizeof(err)), -EINVAL);
		assert_non_null(strstr(err, ": a service's name has 1 to 32 of A-Z a-z 0-9 _ - ."));
		unlink(service_file(bad[i]));
	}
	write_service("a-name-of-exactly-32-characters-.conf", "");
	conf_free(read_all());
	assert_int_equal(mkdir(service_file("dir.conf"), 0700), 0);
	assert_refused(service_file("dir.conf"), 0, "not a regular file");
	assert_int_equal(rmdir(service_file("dir.conf")), 0);
	assert_int_equal(mkfifo(service_file("fifo.conf"), 0600), 0);
	assert_refused(service_file("fifo.conf"), 0, "not a regular file");
}

/* Somebody believes that these are policies: none of them is left out without a word. */
static void test_files_that_are_no_policy(void **state)
{
	static const char *const names[] = { "web", "web.conf.bak", "web.conf~", "web.Conf", "conf",
					     "README", "web.conf " };

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		write_service("web.conf", "");
		write_service(names[i], "");
		assert_refused(service_file(names[i]), 0,
			       "a policy is called SERVICE.conf: rename the file or remove it");
		unlink(service_file(names[i]));
	}
	write_service(".web.conf.swp", "nonsense\n");
	assert_int_equal(mkdir(service_file(".git"), 0700), 0);
	conf_free(read_all());
}

static void test_how_many_peers(void **state)
{
	char text[1024] = "peers = 0\n";
	size_t used = strlen(text);
	struct conf *c;

	(void)state;
	for (int i = 1; i < CONF_PEERS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %d\n", i);
	write_service("web.conf", text);
	c = read_all();
	assert_int_equal(conf_service(c, "web")->n_peers, CONF_PEERS_MAX);
	assert_true(conf_peer_ok(conf_service(c, "web"), CONF_PEERS_MAX - 1));
	assert_false(conf_peer_ok(conf_service(c, "web"), CONF_PEERS_MAX));
	conf_free(c);
	snprintf(text + used, sizeof(text) - used, " 64\n");
	assert_service_refused(text, CONF_PEERS_MAX + 1, "more than 64 peers");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines_that_are_none),
		TEST(test_what_is_fine),
		TEST(test_long_lines),
		TEST(test_bytes_that_are_no_text),
		TEST(test_what_is_no_file),
		TEST(test_services),
		TEST(test_services_without_a_file),
		TEST(test_no_folder_of_services),
		TEST(test_bad_services),
		TEST(test_on_behalf_of),
		TEST(test_duties),
		TEST(test_bad_names_of_services),
		TEST(test_files_that_are_no_policy),
		TEST(test_how_many_peers),
	};

	return cmocka_run_group_tests_name("conf files", tests, NULL, NULL);
}
