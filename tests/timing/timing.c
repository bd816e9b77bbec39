/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timing.c - does the time of an answer tell what must not be told? Welch's t-test on serve(), for
 * every two classes of a family whose members must be indistinguishable.
 * usage: timing [SAMPLES]      of each class; 10000 without. 0: no leak was seen, 1: one was,
 * 2: nothing could be measured.
 *
 * What else could differ is kept the same. Argon2id is at its cheapest, so that it hides nothing.
 * The store is the real one, and each charge a commit of its own; but in /dev/shm, where a sync
 * returns at once: on a disk it takes a thousand times what is looked for, whoever the person is.
 * The order of all measurements is drawn, so what came before, the cache and the clock rate are
 * the same for each class on average. A second passes at each request, so every commit writes the
 * time as well, and sshd's text, always the same one, returns to a person only after the minutes
 * in which it would be remembered. Nobody's attempts end, but for those of the second family.
 * People and strangers have as many rows in the store, and as many are written: that is what the
 * background is for.
 */
#include <math.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "town.h"
#include "welch.h"

#define SAMPLES  10000
#define BLIND_NS 500 /* who would not see that must not say that there is nothing */
#define LEAK_T   4.5 /* |t| that chance gives once in 150000 pairs */
#define JUNK     "\b\n\r\177INCORRECT" /* what sshd sends for who may not log in */

/*
 * The slowest tenth of a family's measurements is left out, of each class what is above the same
 * bound: there the machine did something else meanwhile, which adds noise. That it happens to each
 * class as often is tested as well, and the larger of the two t is shown.
 */
#define KEPT 0.9

enum text { WRONG, MALFORMED, SSHD, LONG };

static const struct class
{
	char family;
	const char *name;
	enum kind kind;
	enum text text;
	enum verdict answer;
} classes[] = {
	{ 'A', "unknown, wrong PIN", KIND_UNKNOWN, WRONG, V_WRONG },
	{ 'A', "known, wrong PIN", KIND_KNOWN, WRONG, V_WRONG },
	{ 'A', "revoked, any PIN", KIND_REVOKED, WRONG, V_WRONG },
	{ 'A', "unknown, malformed PIN", KIND_UNKNOWN, MALFORMED, V_WRONG },
	{ 'A', "known, malformed PIN", KIND_KNOWN, MALFORMED, V_WRONG },
	{ 'A', "unknown, sshd's junk PIN", KIND_UNKNOWN, SSHD, V_WRONG },
	{ 'A', "known, sshd's junk PIN", KIND_KNOWN, SSHD, V_WRONG },
	{ 'B', "unknown, throttled", KIND_UNKNOWN_THROTTLED, WRONG, V_THROTTLED },
	{ 'B', "known, throttled", KIND_THROTTLED, WRONG, V_THROTTLED },
	{ 'B', "unknown, blocked", KIND_UNKNOWN_BLOCKED, WRONG, V_BLOCKED },
	{ 'B', "known, blocked", KIND_BLOCKED, WRONG, V_BLOCKED },
	{ 'C', "known, 16 symbols", KIND_KNOWN, LONG, V_WRONG },
	{ '-', "background", KIND_KNOWN, WRONG, V_WRONG },
	{ '-', "background", KIND_KNOWN, WRONG, V_WRONG },
};

#define N_CLASSES (sizeof(classes) / sizeof(*classes))
#define CONTROL   (N_CLASSES - 3) /* a hash more: who does not see that sees nothing */

static struct household
	homes[N_CLASSES]; /* a class has its own people: none is fresher in the cache */
static struct sample samples[N_CLASSES];

static void write_text(char *pin, size_t size, enum text text)
{
	static unsigned int n;
	unsigned int i = n++ % 100000000;

	switch (text) {
	case WRONG: snprintf(pin, size, "%08u", i); break;
	case MALFORMED: snprintf(pin, size, "!%07u", i % 10000000); break;
	case SSHD: snprintf(pin, size, "%s", JUNK); break;
	case LONG: snprintf(pin, size, "%016u", i); break;
	}
}

static uint64_t ticks_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* One question about somebody of this class, and how long serve() took. */
static uint32_t ask(size_t class, uint32_t person)
{
	const struct class *c = &classes[class];
	static const struct peer sshd = { ROLE_AUTH, true, 0, 0 };
	struct wire_msg m = { .type = WIRE_AUTHENTICATE, .authenticate.service = "sshd" };
	uint8_t in[WIRE_MAX], out[WIRE_MAX];
	size_t len, out_len;
	uint64_t began_ns, ended_ns;

	memcpy(m.authenticate.cf, homes[class].cf[person], RECORD_CF_MAX);
	write_text(m.authenticate.pin, sizeof(m.authenticate.pin), c->text);
	randombytes_buf(m.nonce, sizeof(m.nonce));
	if (wire_encode(&m, in, sizeof(in), &len) != 0)
		town_fail("a request that does not fit");
	town.now_s++;
	began_ns = ticks_ns();
	serve(&town.sv, &sshd, in, len, out, &out_len);
	ended_ns = ticks_ns();
	if (wire_decode(&m, out, out_len) != 0 || m.type != WIRE_VERDICT ||
	    m.verdict.code != c->answer)
		town_fail("an answer of another kind: these are not the classes they should be");
	return ended_ns - began_ns < UINT32_MAX ? (uint32_t)(ended_ns - began_ns) : UINT32_MAX;
}

/* Ask about everybody once; then n of each class, in an order that is drawn. */
static void measure(size_t n)
{
	uint8_t *order = calloc(n, N_CLASSES);

	if (order == NULL)
		town_fail("out of memory");
	for (uint32_t p = 0; p < TOWN_PEOPLE; p++)
		for (size_t c = 0; c < N_CLASSES; c++)
			(void)ask(c, p);
	for (size_t i = 0; i < n * N_CLASSES; i++) {
		size_t at = randombytes_uniform((uint32_t)i + 1);

		order[i] = order[at];
		order[at] = (uint8_t)(i % N_CLASSES);
	}
	for (size_t i = 0; i < n * N_CLASSES; i++) {
		struct sample *s = &samples[order[i]];

		s->ns[s->n] = ask(order[i], (uint32_t)(s->n % TOWN_PEOPLE));
		s->n++;
	}
	free(order);
}

static unsigned int print_class(const struct moments *m, size_t first, size_t i)
{
	unsigned int leaks = 0;

	printf("%-26s %9.3f %9.3f %7zu  ", classes[i].name, m[i].mean / 1e3, m[i].sd / 1e3, m[i].n);
	for (size_t j = first; j < i; j++) {
		double mean = welch_t(&m[i], &m[j]), share = share_t(&m[i], &m[j]);
		double t = fabs(share) > fabs(mean) ? share : mean;

		printf(" %6.2f%s", t, fabs(t) < LEAK_T ? "" : "!");
		leaks += !(fabs(t) < LEAK_T);
	}
	printf("\n");
	return leaks;
}

/*
 * The classes [first, end) of one family: what they took, and every two of them. Adds the leaks seen
 * to *leaks. Returns the least difference in nanoseconds that would have been one.
 */
static double judge(size_t first, size_t end, unsigned int *leaks)
{
	uint32_t most = sample_quantile(samples + first, end - first, KEPT);
	struct moments m[N_CLASSES];
	double least = 0;

	printf("\nfamily %c, without what took more than %.1f us\n", classes[first].family,
	       most / 1e3);
	printf("%-26s %9s %9s %7s   t against those above\n", "class", "mean us", "sd us", "n");
	for (size_t i = first; i < end; i++) {
		m[i] = sample_moments(&samples[i], most);
		*leaks += print_class(m, first, i);
		least = fmax(least, LEAK_T * m[i].sd * sqrt(2 / (double)m[i].n));
	}
	printf("a difference of %.3f us would be seen\n", least / 1e3);
	return least;
}

/* A request of two hashes beside one of one. */
static bool can_see(void)
{
	const struct sample both[] = { samples[0], samples[CONTROL] };
	uint32_t most = sample_quantile(both, 2, KEPT);
	struct moments one = sample_moments(&samples[0], most);
	struct moments two = sample_moments(&samples[CONTROL], most);
	double t = welch_t(&two, &one);

	printf("\ncontrol: a second hash takes %.3f us more, t = %.2f\n",
	       (two.mean - one.mean) / 1e3, t);
	return t > LEAK_T;
}

/* One core for all of it: another has another cache. */
static void stay_here(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0u : (unsigned int)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0)
		town_fail("cannot stay on one processor");
}

static void remove_store(const char *dir)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

int main(int argc, char **argv)
{
	char dir[] = "/dev/shm/inpspin-timing.XXXXXX";
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : SAMPLES, b = 0;
	unsigned int leaks = 0;
	double least_ns;

	if (n < 100 || n > 10000000 || argc > 2)
		town_fail("usage: timing [SAMPLES], from 100 to 10000000");
	for (size_t c = 0; c < N_CLASSES; c++) {
		samples[c] = (struct sample){ .ns = calloc(n, sizeof(uint32_t)), .room = n };
		if (samples[c].ns == NULL)
			town_fail("out of memory");
		b += classes[c].family == 'A';
	}
	if (mkdtemp(dir) == NULL)
		town_fail("cannot make a directory in /dev/shm");
	stay_here();
	town_open(dir);
	for (size_t c = 0; c < N_CLASSES; c++)
		homes[c].kind = classes[c].kind;
	town_settle(homes, N_CLASSES);
	measure(n);
	town_close();
	remove_store(dir);
	least_ns = judge(0, b, &leaks);
	least_ns = fmax(least_ns, judge(b, CONTROL, &leaks));
	if (!can_see() || (leaks == 0 && least_ns > BLIND_NS)) {
		printf("\ntoo much else goes on here, or too few samples: nothing can be said\n");
		return 2;
	}
	printf("\n%s: %u pairs with |t| >= %.1f, of %zu samples a class\n",
	       leaks > 0 ? "LEAK" : "no leak", leaks, LEAK_T, n);
	return leaks > 0;
}
