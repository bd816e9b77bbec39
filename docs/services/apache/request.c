/* SPDX-License-Identifier: BSD-2-Clause */
/* request.c - from the environment of a CGI and its stdin to struct web; see web.h. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "web.h"

#define FORM_COOKIE "__Host-inpspin-form"

/* The values that a GET or the query of a POST may have, and those of a body. */
#define IN_QUERY (INPUT_BIT(IN_SERVICE) | INPUT_BIT(IN_BACK) | INPUT_BIT(IN_LANG))
#define IN_BODY                                                                                    \
	(INPUT_BIT(IN_TOKEN) | INPUT_BIT(IN_CF) | INPUT_BIT(IN_PIN) | INPUT_BIT(IN_NEW) |          \
	 INPUT_BIT(IN_PHONE) | INPUT_BIT(IN_EMAIL))

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

const char *web_cookie(const char *name)
{
	const char *at = env("HTTP_COOKIE");
	size_t n = strlen(name);

	while (*at != '\0') {
		at += strspn(at, "; \t");
		if (strncmp(at, name, n) == 0 && at[n] == '=')
			return at + n + 1;
		at += strcspn(at, ";");
	}
	return NULL;
}

bool web_service_ok(const struct web *w, const char *service)
{
	size_t len = strlen(service);

	for (const char *at = w->services; *at != '\0'; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (len > 0 && strcspn(at, " ") == len && strncmp(at, service, len) == 0)
			return true;
	}
	return false;
}

/* The browser's own random number, or a new one. */
static void read_id(struct web *w)
{
	const char *cookie = web_cookie(FORM_COOKIE);
	char text[SEAL_TEXT(SEAL_ID_LEN)];
	size_t n = cookie != NULL ? strcspn(cookie, ";") : 0;

	memset(text, 0, sizeof(text));
	if (n == sizeof(text) - 1)
		memcpy(text, cookie, n);
	w->new_id = !seal_decode(w->id, sizeof(w->id), text);
	if (w->new_id)
		randombytes_buf(w->id, sizeof(w->id));
}

/* The body, all of it: a form, and not a long one. */
static int read_body(struct web *w)
{
	const char *type = env("CONTENT_TYPE"), *digits = env("CONTENT_LENGTH");
	size_t want, got = 0, name = strcspn(type, "; ");
	char *end;

	errno = 0;
	want = strtoul(digits, &end, 10);
	if (digits[0] < '0' || digits[0] > '9' || *end != '\0' || errno != 0)
		return strcmp(digits, "") == 0 ? 411 : 400;
	if (want > INPUT_MAX)
		return 413;
	if (want > 0 &&
	    (name != 33 || strncasecmp(type, "application/x-www-form-urlencoded", 33) != 0))
		return 415;
	while (got < want) {
		ssize_t n = read(STDIN_FILENO, w->body + got, want - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 400;
		got += (size_t)n;
	}
	return memchr(w->body, '\0', got) != NULL || !input_read(w->body, IN_BODY, w->value) ? 400
											     : 0;
}

static int read_query(struct web *w)
{
	const char *query = env("QUERY_STRING"), *lang;
	size_t n = strlen(query);

	if (n > INPUT_MAX)
		return 414;
	memcpy(w->query, query, n);
	if (!input_read(w->query, IN_QUERY, w->value))
		return 400;
	lang = w->value[IN_LANG];
	if (lang != NULL && strcmp(lang, "it") != 0 && strcmp(lang, "en") != 0)
		return 400;
	if (lang == NULL)
		lang = input_language(getenv("HTTP_ACCEPT_LANGUAGE"));
	w->english = strcmp(lang, "en") == 0;
	return 0;
}

/* A browser that says where a form came from must say: from here. */
static bool is_foreign(const struct web *w)
{
	const char *site = getenv("HTTP_SEC_FETCH_SITE"), *origin = getenv("HTTP_ORIGIN");

	return (site != NULL && strcmp(site, "same-origin") != 0) ||
	       (origin != NULL && strcmp(origin, w->origin) != 0);
}

static int read_server(struct web *w)
{
	const char *method = env("REQUEST_METHOD"), *socket = env("INPSPIN_WEB_SOCKET");
	const char *key = env("INPSPIN_WEB_KEY"), *path = env("PATH_INFO");

	w->now_s = (uint64_t)time(NULL);
	w->services = env("INPSPIN_WEB_SERVICES");
	w->socket = socket[0] != '\0' ? socket : WEB_SOCKET;
	w->rhost = env("REMOTE_ADDR");
	w->post = strcmp(method, "POST") == 0;
	w->page = path[0] == '/' ? path + 1 : path;
	(void)snprintf(w->origin, sizeof(w->origin), "https://%s", env("HTTP_HOST"));
	if (seal_key(w->key, key[0] != '\0' ? key : WEB_KEY) != 0 || w->services[0] == '\0') {
		(void)fputs("inpspin-web: no key of 32 bytes, or INPSPIN_WEB_SERVICES is not set\n",
			    stderr);
		return 500;
	}
	if (strcmp(env("HTTPS"), "on") != 0)
		return 403;
	return w->post || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ? 0 : 405;
}

/* The default, or what the address says; a form's own state comes first, but is not read yet. */
static int read_goal(struct web *w)
{
	const char *service = w->value[IN_SERVICE], *back = w->value[IN_BACK];

	if (service != NULL && !web_service_ok(w, service))
		return 400;
	if (service == NULL)
		service = w->services + strspn(w->services, " ");
	memcpy(w->st.service, service, strnlen(service, sizeof(w->st.service) - 1));
	w->st.service[strcspn(w->st.service, " ")] = '\0';
	return input_back(w->st.back, back != NULL ? back : "/", w->origin) ? 0 : 400;
}

/* What is refused unread is still taken from the server, which would complain else. */
static void drain(struct web *w)
{
	if (read(STDIN_FILENO, w->body, sizeof(w->body)) < 0)
		return;
	sodium_memzero(w->body, sizeof(w->body));
}

int web_read(struct web *w)
{
	int r = read_server(w);

	read_id(w);
	if (r == 0)
		r = read_query(w);
	if (r == 0)
		r = read_goal(w);
	if (r == 0 && w->post)
		r = is_foreign(w) ? 403 : read_body(w);
	if (r != 0 && w->post)
		drain(w);
	return r;
}
