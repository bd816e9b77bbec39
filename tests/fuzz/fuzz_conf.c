/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_conf.c - any bytes as pind.conf and as a service's file: read within the limits of the
 * table, or refused with one printable line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64], file[80], folder[80], service[96];

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void clean_up(void)
{
	unlink(service);
	unlink(file);
	rmdir(folder);
	rmdir(dir);
}

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "%s/fuzz_conf.XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"); /* memory is faster */
	must(mkdtemp(dir) != NULL);
	snprintf(file, sizeof(file), "%s/pind.conf", dir);
	snprintf(folder, sizeof(folder), "%s/services.d", dir);
	snprintf(service, sizeof(service), "%s/web.conf", folder);
	must(mkdir(folder, 0700) == 0 && atexit(clean_up) == 0);
}

static void write_at(const char *path, const uint8_t *bytes, size_t n)
{
	FILE *f = fopen(path, "we");

	must(f != NULL && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void check(const struct conf *c)
{
#define NUMBER(section, field, min, max, default, unit, when, doc)                                 \
	must((uint64_t)c->field >= (min) && c->field <= (max));
#define SWITCH(section, field, default, when, doc) must(c->field <= 1);
#include "conf.def"
	for (size_t i = CATEGORY_LAVORATORE; i <= CATEGORY_PATRONATO; i++)
		must(c->expiry[i] >= 1 && c->expiry[i] <= 24);
	must(c->free <= c->limit && c->wait_s <= c->wait_max_s && c->per_uid <= c->connections);
	must(c->passes <= c->passes_max && c->memory_kib <= c->memory_max_kib);
	for (size_t i = 0; i < c->n_services; i++) {
		const struct conf_service *s = &c->services[i];

		must(s->level == LEVEL_SEMPLICE || s->level == LEVEL_DISPOSITIVO);
		must(s->categories != 0 && (s->categories & ~0x7eu) == 0);
		must(s->n_peers <= CONF_PEERS_MAX);
	}
	must(strcmp(conf_service(c, "none")->name, "default") == 0);
}

static void read_it(void)
{
	struct conf *c = NULL;
	char err[512];
	int r = conf_read(&c, file, NULL, err, sizeof(err));

	must(r == 0 || r == -EINVAL);
	must((r == 0) == (err[0] == '\0') && (r == 0) == (c != NULL));
	for (const char *p = err; *p != '\0'; p++)
		must((unsigned char)*p >= 0x20 && *p != 0x7f);
	if (c != NULL)
		check(c);
	conf_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (file[0] == '\0')
		set_up();
	write_at(file, data, size);
	write_at(service, NULL, 0);
	read_it();
	write_at(file, NULL, 0);
	write_at(service, data, size);
	read_it();
	return 0;
}
