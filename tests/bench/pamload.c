/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pamload.c - whole PAM transactions, one after another: pamload DIR SERVICE SECONDS USER [PIN].
 * DIR has the service's file. Without a PIN only the account phase is asked. Prints what load
 * prints; the CPU is this process's own.
 */
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define SAMPLES_MAX (1u << 20)

static uint32_t took_us[SAMPLES_MAX];

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The answer to whatever is asked is the PIN. */
static int talk(int n, const struct pam_message **msg, struct pam_response **resp, void *arg)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));

	if (r == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++)
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			r[i].resp = strdup(arg);
	*resp = r;
	return PAM_SUCCESS;
}

static int transact(const char *dir, const char *service, const char *user, char *pin)
{
	const struct pam_conv conv = { talk, pin };
	pam_handle_t *h;
	int r = pam_start_confdir(service, user, &conv, dir, &h);

	if (r != PAM_SUCCESS)
		return r;
	if (pin != NULL)
		r = pam_authenticate(h, 0);
	if (r == PAM_SUCCESS)
		r = pam_acct_mgmt(h, 0);
	pam_end(h, r);
	return r;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double cpu_us(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1e6 +
	       (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
	uint64_t from, at, end;
	size_t n = 0, ok = 0;
	double cpu, seconds;

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: pamload DIR SERVICE SECONDS USER [PIN]\n");
		return 2;
	}
	cpu = cpu_us();
	seconds = (double)strtoul(argv[3], NULL, 10);
	from = at = now_us();
	end = from + (uint64_t)(seconds * 1e6);
	while (at < end && n < SAMPLES_MAX) {
		uint64_t began = at;

		ok += transact(argv[1], argv[2], argv[4], argv[5]) == PAM_SUCCESS;
		at = now_us();
		took_us[n++] = (uint32_t)(at - began);
	}
	cpu = cpu_us() - cpu;
	qsort(took_us, n, sizeof(*took_us), by_size);
	printf("%.1f %.1f %u %u %zu %zu\n", (double)n * 1e6 / (double)(at - from), cpu / (double)n,
	       took_us[n / 2], took_us[(n * 99 + 99) / 100 - 1], n, ok);
	return ok == 0;
}
