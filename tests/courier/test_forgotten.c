/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_forgotten.c - a forgotten PIN on its whole way: a real pind, the link, half of the next PIN
 * from each courier, over two channels that are not the post.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "../daemon/rig.h"
#include "scene.h"
#include "token.h"

static char cf[17], old[17];

static int set_up(void **state)
{
	static char electronic[256], post[128];

	if (rig_open(state) != 0 || scene_open(state) != 0)
		return -1;
	rig_start();
	scene_write("sms", "#!/bin/sh\ncat >\"${0%/*}/text\"\n");
	scene_write("sendmail2", "#!/bin/sh\ncat >\"${0%/*}/mail2\"\n");
	snprintf(electronic, sizeof(electronic),
		 "link_recover = https://example.org/r?t=\nsms = %s", scene_path("sms"));
	snprintf(post, sizeof(post), "post_sendmail = %s", scene_path("sendmail2"));
	scene_conf(electronic, post);
	scene_shell("sed -i 's,^socket.*,socket = %s,' %s", rig.courier,
		    scene_path("courier.conf"));
	rig_cf(cf, 7);
	assert_int_equal(rig_issue(cf), V_OK);
	return rig_renew(cf, RIG_PIN, old) == V_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	return scene_close(state) | rig_close(state);
}

static int confirm(const char *token)
{
	struct wire_msg req = { .type = WIRE_RECOVER_CONFIRM }, rep;

	assert_true(token_hash(req.recover_confirm.token, token));
	return rig_ask(&req, &rep);
}

static void read_token(char token[static TOKEN_LEN + 1])
{
	const char *at;

	assert_true(scene_read("mail") > 0);
	at = strstr(scene.text, "r?t=3D");
	assert_non_null(at);
	snprintf(token, TOKEN_LEN + 1, "%s", at + 6);
}

static void test_whole(void **state)
{
	struct wire_msg req = { .type = WIRE_RECOVER }, rep;
	char token[TOKEN_LEN + 1], one[9], two[9], pin[17], fresh[17];

	(void)state;
	memcpy(req.recover.cf, cf, sizeof(cf));
	assert_int_equal(rig_ask(&req, &rep), V_OK);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	read_token(token);
	assert_int_equal(rig_try(cf, old), V_OK); /* still */
	assert_int_equal(confirm(token), V_OK);
	assert_int_equal(rig_try(cf, old), V_WRONG);
	assert_int_equal(scene_run("post", "--once"), 0);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_true(scene_read("text") > 0);
	scene_half(one);
	assert_true(scene_read("mail2") > 0);
	scene_half(two);
	snprintf(pin, sizeof(pin), "%s%s", one, two);
	assert_int_equal(rig_try(cf, pin), V_MUST_CHANGE);
	assert_int_equal(rig_renew(cf, pin, fresh), V_OK);
	assert_int_equal(rig_try(cf, fresh), V_OK);
	assert_int_not_equal(confirm(token), V_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, set_up, tear_down),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
