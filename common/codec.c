/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.c - structs to bytes and back; see codec.h. */
#include "codec.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Windows on a buffer. The first error sticks; later calls do nothing. */
struct reader {
	const uint8_t *p, *end;
	int err;
};

struct writer {
	uint8_t *p, *end;
	int err;
};

/* The next n bytes to read; NULL once anything has failed. */
static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->err == 0 && n > (size_t)(r->end - r->p))
		r->err = CODEC_E_SHORT;
	if (r->err != 0)
		return NULL;
	r->p += n;
	return p;
}

/* The next n bytes to fill; NULL once anything has failed. */
static uint8_t *make(struct writer *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->err == 0 && n > (size_t)(w->end - w->p))
		w->err = CODEC_E_LONG;
	if (w->err != 0)
		return NULL;
	w->p += n;
	return p;
}

static void put_uint(struct writer *w, uint64_t v, size_t n)
{
	uint8_t *p = make(w, n);

	for (size_t i = n; p != NULL && i-- > 0; v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t get_uint(struct reader *r, size_t n)
{
	const uint8_t *p = take(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p != NULL && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* What a K_STR may not hold; that there is no NUL in it is seen from its length. */
static bool text_ok(const char *s, size_t n, enum codec_kind kind)
{
	for (size_t i = 0; kind == K_STR && i < n; i++)
		if ((uint8_t)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return true;
}

static void put_text(struct writer *w, const char *s, const struct codec_field *f)
{
	size_t n = strnlen(s, f->max);
	uint8_t *p;

	if (w->err == 0 && !text_ok(s, n, f->kind))
		w->err = CODEC_E_TEXT;
	put_uint(w, n, 2);
	p = make(w, n);
	if (p != NULL)
		memcpy(p, s, n);
}

static void get_text(struct reader *r, char *s, const struct codec_field *f)
{
	size_t n = get_uint(r, 2);
	const uint8_t *p;

	if (r->err == 0 && n > f->max)
		r->err = CODEC_E_LONG;
	p = take(r, n);
	if (p == NULL)
		return;
	memcpy(s, p, n); /* obj was zeroed: the NUL is there */
	if (strnlen(s, f->max) != n || !text_ok(s, n, f->kind))
		r->err = CODEC_E_TEXT;
}

static void put_raw(struct writer *w, const void *at, size_t n)
{
	uint8_t *p = make(w, n);

	if (p != NULL)
		memcpy(p, at, n);
}

static void get_raw(struct reader *r, void *at, size_t n)
{
	const uint8_t *p = take(r, n);

	if (p != NULL)
		memcpy(at, p, n);
}

static void put_field(struct writer *w, const void *at, const struct codec_field *f)
{
	switch (f->kind) {
	case K_U8:  put_uint(w, *(const uint8_t *)at, 1); break;
	case K_U32: put_uint(w, *(const uint32_t *)at, 4); break;
	case K_U64: put_uint(w, *(const uint64_t *)at, 8); break;
	case K_STR:
	case K_SEC: put_text(w, at, f); break;
	case K_RAW: put_raw(w, at, f->max); break;
	case K_END: break;
	}
}

static void get_field(struct reader *r, void *at, const struct codec_field *f)
{
	switch (f->kind) {
	case K_U8:  *(uint8_t *)at = (uint8_t)get_uint(r, 1); break;
	case K_U32: *(uint32_t *)at = (uint32_t)get_uint(r, 4); break;
	case K_U64: *(uint64_t *)at = get_uint(r, 8); break;
	case K_STR:
	case K_SEC: get_text(r, at, f); break;
	case K_RAW: get_raw(r, at, f->max); break;
	case K_END: break;
	}
}

int codec_put(const struct codec_field *f, const void *obj, uint8_t *buf, size_t cap, size_t *len)
{
	struct writer w = { buf, buf + cap, 0 };

	for (; f->kind != K_END; f++)
		put_field(&w, (const char *)obj + f->off, f);
	*len = (size_t)(w.p - buf);
	return w.err;
}

int codec_get(const struct codec_field *f, void *obj, const uint8_t *buf, size_t len)
{
	struct reader r = { buf, buf + len, 0 };

	for (; f->kind != K_END; f++)
		get_field(&r, (char *)obj + f->off, f);
	return r.err == 0 && r.p != r.end ? CODEC_E_LONG : r.err;
}

static int text_field(const void *at, const struct codec_field *f, char *buf, size_t cap)
{
	switch (f->kind) {
	case K_U8:  return snprintf(buf, cap, " %s=%u", f->name, *(const uint8_t *)at);
	case K_U32: return snprintf(buf, cap, " %s=%u", f->name, *(const uint32_t *)at);
	case K_U64: return snprintf(buf, cap, " %s=%llu", f->name,
				    (unsigned long long)*(const uint64_t *)at);
	case K_STR: return snprintf(buf, cap, " %s='%s'", f->name, (const char *)at);
	case K_RAW:
	case K_SEC: return snprintf(buf, cap, " %s=***", f->name);
	case K_END: break;
	}
	return 0;
}

size_t codec_text(const struct codec_field *f, const void *obj, char *buf, size_t cap, size_t used)
{
	for (; f->kind != K_END && used < cap; f++)
		used += (size_t)text_field((const char *)obj + f->off, f, buf + used, cap - used);
	return used;
}
