/* SPDX-License-Identifier: BSD-2-Clause */
/* test_refuse.c - pind with a wrong key, option, configuration or service file. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "refusal.h"

static const char *args[8];

static void no_key(void)
{
	assert_int_equal(unlink(rig.key), 0);
}

static void set_key(size_t len, int byte)
{
	uint8_t key[64];

	memset(key, byte, sizeof(key));
	rig_key(key, len);
}

static void group_reads_key(void)
{
	assert_int_equal(chmod(rig.key, 0440), 0);
}

static void all_read_key(void)
{
	assert_int_equal(chmod(rig.key, 0604), 0);
}

static void others_key(void)
{
	refusal_need_root();
	assert_int_equal(chown(rig.key, 65534, 65534), 0);
}

static void no_key_option(void)
{
	const char *const v[] = { "-c", rig.conf, "-s", rig.state, "-r", rig.run, NULL };

	memcpy(args, v, sizeof(v));
	rig.args = args;
}

static void one_option(const char *option)
{
	args[0] = option;
	args[1] = NULL;
	rig.args = args;
}

static void no_conf(void)
{
	assert_int_equal(unlink(rig.conf), 0);
}

static void conf_is_directory(void)
{
	no_conf();
	assert_int_equal(mkdir(rig.conf, 0755), 0);
}

static void conf_is_fifo(void)
{
	no_conf();
	assert_int_equal(mkfifo(rig.conf, 0600), 0);
}

/* The sandbox would not let it be read again. */
static void service_is_link(void)
{
	char path[128];

	rig_service("a", "level = semplice\n");
	snprintf(path, sizeof(path), "%s/services.d/b.conf", rig.etc);
	assert_int_equal(symlink("a.conf", path), 0);
}

#define ARRANGE(name, what)                                                                        \
	static void name(void)                                                                     \
	{                                                                                          \
		what;                                                                              \
	}

ARRANGE(empty_key, set_key(0, 0))
ARRANGE(short_key, set_key(31, 0x5a))
ARRANGE(long_key, set_key(33, 0x5a))
ARRANGE(wrong_key, set_key(32, 0x5b))
ARRANGE(bad_option, one_option("--nonsense"))
ARRANGE(operand, one_option("start"))
ARRANGE(unknown_key, rig_conf("[hash]\npasses = 2\nsalt = 1\n"))
ARRANGE(unknown_section, rig_conf("[hash]\npasses = 2\n\n[cash]\npasses = 2\n"))
ARRANGE(no_section, rig_conf("passes = 2\n"))
ARRANGE(bad_number, rig_conf("[hash]\npasses = two\n"))
ARRANGE(low_number, rig_conf("[hash]\nmemory_kib = 19455\n"))
ARRANGE(huge_number, rig_conf("[hash]\nmemory_kib = 4294969344\n"))
ARRANGE(bad_switch, rig_conf("[pin]\nsimplified = maybe\n"))
ARRANGE(set_twice, rig_conf("[hash]\npasses = 2\npasses = 3\n"))
ARRANGE(no_line, rig_conf("# fine\n[hash\n"))
ARRANGE(no_sense, rig_conf("[guesses]\nfree = 5\nlimit = 4\n"))
ARRANGE(too_many_guesses, rig_conf("[guesses]\nlimit = 61\n"))
ARRANGE(too_many_in_all, rig_conf("[guesses]\nsource_limit = 12\n"))
ARRANGE(bad_service_key, rig_service("a", "level = semplice\nlevle = semplice\n"))
ARRANGE(bad_level, rig_service("a", "level = high\n"))
ARRANGE(bad_category, rig_service("a", "\ncategories = impresa, firm\n"))
ARRANGE(bad_peer, rig_service("a", "peers = root,nobody-of-that-name\n"))
ARRANGE(empty_peers, rig_service("a", "peers =\n"))
ARRANGE(service_section, rig_service("a", "[a]\nlevel = semplice\n"))
ARRANGE(service_name, rig_service("a b", "level = semplice\n"))

static const struct fault faults[] = {
	{ "no key file", no_key, EXIT_IS_CONFIG, "cannot read the key" },
	{ "empty key", empty_key, EXIT_IS_CONFIG, "too short" },
	{ "31-byte key", short_key, EXIT_IS_CONFIG, "too short: it must be exactly 32 bytes" },
	{ "33-byte key", long_key, EXIT_IS_CONFIG, "too long: it must be exactly 32 bytes" },
	{ "key the group may read", group_reads_key, EXIT_IS_CONFIG, "others may read the key" },
	{ "key all may read", all_read_key, EXIT_IS_CONFIG, "others may read the key" },
	{ "key of another user", others_key, EXIT_IS_CONFIG, "others may read the key" },
	{ "wrong key", wrong_key, EXIT_IS_CONFIG, "the key does not open the store" },
	{ "no key at all", no_key_option, EXIT_IS_CONFIG, "no key: start pind by its unit" },
	{ "bad option", bad_option, EXIT_IS_USAGE, "unrecognized option '--nonsense'" },
	{ "operand", operand, EXIT_IS_USAGE, "unexpected argument 'start'" },
	{ "no configuration", no_conf, EXIT_IS_CONFIG, "pind.conf: No such file" },
	{ "configuration is a directory", conf_is_directory, EXIT_IS_CONFIG,
	  "pind.conf: not a regular file" },
	{ "configuration is a FIFO", conf_is_fifo, EXIT_IS_CONFIG,
	  "pind.conf: not a regular file" },
	{ "unknown setting", unknown_key, EXIT_IS_CONFIG,
	  "/pind.conf:3: unknown setting 'salt' in [hash]" },
	{ "unknown section", unknown_section, EXIT_IS_CONFIG,
	  "/pind.conf:5: unknown setting 'passes' in [cash]" },
	{ "no section", no_section, EXIT_IS_CONFIG,
	  "/pind.conf:1: unknown setting 'passes' in []" },
	{ "not a number", bad_number, EXIT_IS_CONFIG,
	  "/pind.conf:2: passes = 'two': write a number" },
	{ "number too low", low_number, EXIT_IS_CONFIG,
	  "/pind.conf:2: memory_kib = '19455': write a number of KiB from 19456" },
	{ "number too high", huge_number, EXIT_IS_CONFIG,
	  "/pind.conf:2: memory_kib = '4294969344':" },
	{ "neither yes nor no", bad_switch, EXIT_IS_CONFIG,
	  "/pind.conf:2: simplified = 'maybe': write yes or no" },
	{ "set twice", set_twice, EXIT_IS_CONFIG, "/pind.conf:3: 'passes' is set twice" },
	{ "not a line", no_line, EXIT_IS_CONFIG, "/pind.conf:2: not 'key = value'" },
	{ "settings at odds", no_sense, EXIT_IS_CONFIG, "limit (4) is below free (5)" },
	{ "more than 100 guesses, by limit", too_many_guesses, EXIT_IS_CONFIG,
	  "limit + 8 * source_limit is 101: nobody gets more than 100 guesses" },
	{ "more than 100 guesses, by source_limit", too_many_in_all, EXIT_IS_CONFIG,
	  "limit + 8 * source_limit is 106: nobody gets more than 100 guesses" },
	{ "unknown service setting", bad_service_key, EXIT_IS_CONFIG,
	  "/services.d/a.conf:2: unknown setting 'levle'" },
	{ "unknown level", bad_level, EXIT_IS_CONFIG, "/services.d/a.conf:1: level = 'high'" },
	{ "unknown category", bad_category, EXIT_IS_CONFIG,
	  "/services.d/a.conf:2: unknown category 'firm'" },
	{ "unknown peer", bad_peer, EXIT_IS_CONFIG,
	  "/services.d/a.conf:1: no user 'nobody-of-that-name'" },
	{ "no peers", empty_peers, EXIT_IS_CONFIG, "/services.d/a.conf:1: the list is empty" },
	{ "section in a service", service_section, EXIT_IS_CONFIG,
	  "/services.d/a.conf:2: a service's file has no sections" },
	{ "service that is a link", service_is_link, EXIT_IS_CONFIG,
	  "/services.d/b.conf: a link" },
	{ "bad service name", service_name, EXIT_IS_CONFIG,
	  "/services.d/a b.conf: a service's name has" },
};

int main(void)
{
	return refusal_run(faults, sizeof(faults) / sizeof(*faults));
}
