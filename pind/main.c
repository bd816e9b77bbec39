/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - arguments, key, store and sockets; then the sandbox, and conn_run(). */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "conn.h"
#include "hash.h"
#include "sandbox.h"

#define EXIT_USAGE  64 /* as sysexits.h */
#define EXIT_CONFIG 78 /* as sysexits.h: the configuration or the key is wrong */

struct options {
	const char *config, *state_dir, *runtime_dir, *key_file;
	bool check, accept_clock;
};

struct pind {
	struct options opt;
	struct users *users;
	struct keys *keys;
	struct store *store;
	struct service sv;
	struct conf at_start; /* its numbers only: some of them stay in force until the end */
	struct listener listeners[LISTEN_MAX];
	size_t n_listeners;
	struct hub *hub;
	char config[PATH_MAX]; /* canonical: "services.d" is beside it, and the sandbox knows no other */
	uint64_t memory_max; /* of the control group at start, bytes */
	int lock; /* of the state directory; the descriptor holds it */
};

__attribute__((visibility("default"))) const char *argp_program_version = "pind " VERSION;

static const struct argp_option options[] = {
	{ "config", 'c', "FILE", 0, "Configuration (default /etc/pind/pind.conf); services.d is beside it", 0 },
	{ "state-dir", 's', "DIR", 0, "Where the store is (default /var/lib/pind)", 0 },
	{ "runtime-dir", 'r', "DIR", 0, "Where to make the sockets when systemd passes none (default /run/pind)", 0 },
	{ "key-file", 'k', "FILE", 0, "The 32-byte root key (default $CREDENTIALS_DIRECTORY/pind.key)", 0 },
	{ "check", 'C', NULL, 0, "Read the configuration, say what is wrong with it, and exit", 0 },
	{ "accept-clock", 'A', NULL, 0, "Believe a clock that is far ahead of the store", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'c': o->config = arg; break;
	case 's': o->state_dir = arg; break;
	case 'r': o->runtime_dir = arg; break;
	case 'k': o->key_file = arg; break;
	case 'C': o->check = true; break;
	case 'A': o->accept_clock = true; break;
	case ARGP_KEY_ARG: argp_error(state, "unexpected argument '%s'", arg); break;
	default: return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "The daemon that owns the PINs of a population.",
};

__attribute__((format(printf, 2, 3))) static int refuse(int status, const char *format, ...)
{
	va_list ap;

	fputs("pind: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/* The store is mapped into memory, where an error of the disk is a signal. As good as kill -9. */
static void on_disk_error(int sig)
{
	static const char line[] = "pind: the store cannot be used: its disk is full or broken, or its "
				   "files were cut short\n";

	(void)sig;
	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(EXIT_FAILURE);
}

static uint64_t clock_s(clockid_t clock)
{
	struct timespec ts = { 0, 0 };

	return clock_gettime(clock, &ts) == 0 && ts.tv_sec > 0 ? (uint64_t)ts.tv_sec : 0;
}

static uint64_t real_s(void)
{
	return clock_s(CLOCK_REALTIME);
}

static uint64_t boot_s(void)
{
	return clock_s(CLOCK_BOOTTIME); /* counts sleep, too */
}

static int open_conf(struct pind *p, struct conf **conf)
{
	char err[512];
	int r;

	if (realpath(p->opt.config, p->config) == NULL) /* a link's own folder is not what is read */
		return refuse(EXIT_CONFIG, "%s: %s", p->opt.config, strerror(errno));
	r = users_open(&p->users, "/etc/passwd", "/etc/group");
	if (r != 0)
		return refuse(EXIT_FAILURE, "/etc/passwd, /etc/group: %s", strerror(-r));
	if (conf_read(conf, p->config, p->users, err, sizeof(err)) != 0)
		return refuse(EXIT_CONFIG, "%s", err);
	return 0;
}

static int open_key(struct pind *p)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char path[4096];
	int r;

	if (p->opt.key_file == NULL && dir == NULL)
		return refuse(EXIT_CONFIG, "no key: start pind by its unit with the credential pind.key, "
					   "or give --key-file FILE (32 random bytes)");
	if (p->opt.key_file != NULL)
		snprintf(path, sizeof(path), "%s", p->opt.key_file);
	else
		snprintf(path, sizeof(path), "%s/pind.key", dir);
	r = keys_open(&p->keys, path, p->opt.key_file != NULL ? KEYS_PRIVATE : KEYS_OF_SYSTEMD);
	if (r == KEYS_E_OPEN)
		return refuse(EXIT_CONFIG, "%s: others may read the key: chmod 0400, chown root", path);
	if (r > 0)
		return refuse(EXIT_CONFIG, "%s: the key is too %s: it must be exactly %d bytes", path,
			      r == KEYS_E_SHORT ? "short" : "long", KEYS_ROOT_LEN);
	if (r < 0)
		return refuse(EXIT_CONFIG, "cannot read the key %s: %s", path, strerror(-r));
	return 0;
}

static int lock_state(struct pind *p)
{
	const char *dir = p->opt.state_dir;
	char path[4096];

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return refuse(EXIT_FAILURE, "cannot make %s: %s", dir, strerror(errno));
	if (snprintf(path, sizeof(path), "%s/pind.lock", dir) >= (int)sizeof(path))
		return refuse(EXIT_FAILURE, "%s: %s", dir, strerror(ENAMETOOLONG));
	p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->lock < 0)
		return refuse(EXIT_FAILURE, "cannot open %s: %s", path, strerror(errno));
	if (flock(p->lock, LOCK_EX | LOCK_NB) != 0)
		return refuse(EXIT_FAILURE, "another pind works on %s: stop it first", dir);
	return 0;
}

static int refuse_store(const struct pind *p, int r)
{
	const char *dir = p->opt.state_dir;

	if (r == SEAL_E_FORMAT)
		return refuse(EXIT_CONFIG, "the store in %s was written by another version of pind: "
					   "install that version, or restore a backup", dir);
	if (r == SEAL_E_BROKEN)
		return refuse(EXIT_CONFIG, "the key does not open the store in %s: give the key it was "
					   "made with", dir);
	if (r == ACCOUNTS_E_CLOCK)
		return refuse(EXIT_CONFIG, "the clock is more than %llu days ahead of the last change in "
					   "%s: set it, or start once with --accept-clock",
			      ACCOUNT_ABSENT_S / 86400, dir);
	if (r == -EIO || r == -EINVAL)
		return refuse(EXIT_FAILURE, "the store in %s is damaged or not a store: restore a "
					    "backup", dir);
	return refuse(EXIT_FAILURE, "cannot use the store in %s: %s", dir, strerror(-r));
}

static int open_store(struct pind *p)
{
	const struct sigaction bus = { .sa_handler = on_disk_error };
	char url[4096];
	int r;

	if (sigaction(SIGBUS, &bus, NULL) != 0)
		return refuse_store(p, -errno);
	if (snprintf(url, sizeof(url), "lmdb:%s", p->opt.state_dir) >= (int)sizeof(url))
		return refuse_store(p, -ENAMETOOLONG);
	r = store_open(&p->store, url, (size_t)p->sv.conf->map_mib << 20);
	if (r == 0)
		r = accounts_open(&p->sv.accounts, p->store, p->keys, real_s());
	if (r == ACCOUNTS_E_CLOCK && p->opt.accept_clock)
		r = 0;
	if (r != 0)
		return refuse_store(p, r);
	accounts_mark(&p->sv.accounts, real_s(), boot_s());
	return 0;
}

/* The clock may have been wrong while pind was away; say so, and go by the later time. */
static void compare_clocks(const struct pind *p)
{
	uint64_t high_s = p->sv.accounts.high_s, now_s = real_s();
	struct event e = { .id = EVENT_CLOCK };

	if (now_s + 5 < high_s)
		e.detail = "it is behind the last change: pind goes on from there";
	else if (now_s > high_s + 86400)
		e.detail = "it is more than a day ahead of the last change";
	if (e.detail != NULL)
		event_write(&e);
}

static unsigned int cores(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned int)CPU_COUNT(&set) : 1;
}

static unsigned int workers_of(const struct conf *c)
{
	return c->workers != 0 ? c->workers : cores();
}

static void reload(void *arg)
{
	struct pind *p = arg;
	struct conf *next = NULL;
	char err[512], names[256], text[320];
	struct event e = { .id = EVENT_KEPT, .detail = err };

	if (conf_read(&next, p->config, p->users, err, sizeof(err)) == 0 &&
	    cgroup_fits(p->memory_max, workers_of(&p->at_start), next->memory_kib, err,
			sizeof(err)) == 0) {
		e = (struct event){ .id = EVENT_RELOADED };
		conf_needs_restart(&p->at_start, next, names, sizeof(names));
		if (names[0] != '\0') {
			snprintf(text, sizeof(text), "restart pind for the new %s", names);
			e.detail = text;
		}
		serve_configure(&p->sv, next);
		next = NULL; /* the service's */
	}
	conf_free(next);
	event_write(&e);
}

static int open_hub(struct pind *p)
{
	const struct conf *c = p->sv.conf;
	const struct conn_setup setup = {
		.sv = &p->sv,
		.listeners = p->listeners,
		.n_listeners = p->n_listeners,
		.limits = { .workers = workers_of(c),
			    .queue = c->queue,
			    .connections = c->connections,
			    .per_uid = c->per_uid,
			    .patience_us = (uint64_t)c->patience_ms * 1000,
			    .deadline_us = (uint64_t)c->deadline_ms * 1000 },
		.reload = reload,
		.reload_arg = p,
	};
	int r;

	p->sv.stats.started_s = real_s();
	p->sv.stats.workers = setup.limits.workers;
	r = conn_open(&p->hub, &setup);
	return r == 0 ? 0 : refuse(EXIT_FAILURE, "cannot start %u workers: %s", setup.limits.workers,
				   strerror(-r));
}

static int close_sandbox(struct pind *p, bool paths)
{
	char conf[4096];
	bool enforced = true;
	int r;

	snprintf(conf, sizeof(conf), "%s", p->config);
	r = paths ? sandbox_paths(p->opt.state_dir, dirname(conf), &enforced) : sandbox_calls();
	if (r != 0)
		return refuse(EXIT_FAILURE, "cannot enter the sandbox: %s", strerror(-r));
	if (!enforced)
		fputs("pind: there is no Landlock here: only the unit limits which files are open\n",
		      stderr);
	return 0;
}

/* Everything that can fail, in the order in which an operator would look for it. */
static int start(struct pind *p)
{
	struct conf *conf = NULL;
	char err[512];
	int r = open_conf(p, &conf);

	if (r != 0 || conf == NULL || p->opt.check) {
		if (r == 0 && conf != NULL && puts("the configuration makes sense") >= 0)
			conf_print_services(conf, stdout);
		conf_free(conf);
		return r;
	}
	r = open_key(p);
	if (r != 0) {
		conf_free(conf);
		return r;
	}
	p->at_start = *conf;
	if (serve_open(&p->sv, p->keys, conf) != 0)
		return refuse(EXIT_FAILURE, "out of memory");
	p->sv.real_s = real_s;
	p->sv.boot_s = boot_s;
	p->sv.event = event_write;
	r = lock_state(p);
	if (r == 0)
		r = open_store(p);
	if (r == 0 && listen_open(p->listeners, &p->n_listeners, p->opt.runtime_dir,
				  &p->at_start, err, sizeof(err)) != 0)
		r = refuse(EXIT_FAILURE, "%s", err);
	p->memory_max = cgroup_memory_max(); /* it reads /sys: before the sandbox */
	if (r == 0 && cgroup_fits(p->memory_max, workers_of(p->sv.conf), p->sv.conf->memory_kib, err,
				  sizeof(err)) != 0)
		r = refuse(EXIT_CONFIG, "%s", err);
	if (r == 0)
		r = close_sandbox(p, true);
	if (r == 0)
		r = open_hub(p);
	return r == 0 ? close_sandbox(p, false) : r;
}

static void finish(struct pind *p)
{
	conn_close(p->hub);
	listen_close(p->listeners, p->n_listeners);
	if (p->sv.conf != NULL)
		serve_close(&p->sv);
	store_close(p->store);
	keys_close(p->keys);
	users_close(p->users);
	if (p->lock >= 0)
		close(p->lock);
}

int main(int argc, char **argv)
{
	static struct pind p = { .lock = -1 };
	int r;

	p.opt = (struct options){ .config = "/etc/pind/pind.conf",
				  .state_dir = "/var/lib/pind",
				  .runtime_dir = "/run/pind" };
	if (argp_parse(&argp, argc, argv, 0, NULL, &p.opt) != 0)
		return EXIT_USAGE;
	if (sandbox_process() != 0 || sodium_init() < 0)
		return refuse(EXIT_FAILURE, "cannot protect this process: %s", strerror(errno));
	r = sandbox_uids_are_real();
	if (r != 1)
		return refuse(EXIT_FAILURE, "%s", r < 0 ? "cannot read /proc/self/uid_map" : "this "
			      "user namespace hides who callers are (see /proc/self/uid_map): no "
			      "PrivateUsers= for pind");
	event_open();
	r = start(&p);
	if (r == 0 && !p.opt.check) {
		compare_clocks(&p);
		r = conn_run(p.hub) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	finish(&p);
	return r;
}
