/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.c - a bounded queue, threads, and an eventfd back to the loop; see pool.h. */
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct list {
	struct job *head, **tail;
};

struct pool {
	pthread_mutex_t lock; /* guards rota, done, stop */
	pthread_cond_t work;
	struct rota *rota;
	struct list done;
	bool stop;
	void (*idle)(void), (*bye)(void);
	int fd;
	unsigned int n;
	pthread_t threads[];
};

static void push(struct list *l, struct job *j)
{
	j->next = NULL;
	*l->tail = j;
	l->tail = &j->next;
}

static struct job *pop(struct list *l)
{
	struct job *j = l->head;

	if (j == NULL)
		return NULL;
	l->head = j->next;
	if (l->head == NULL)
		l->tail = &l->head;
	return j;
}

static void call(void (*hook)(void))
{
	if (hook != NULL)
		hook();
}

/* The next job, or NULL when the pool stops. Called and returns locked. */
static struct job *next_job(struct pool *p)
{
	struct job *j = NULL;
	bool idled = false;

	while (!p->stop && (j = (struct job *)rota_take(p->rota)) == NULL) {
		if (!idled) {
			pthread_mutex_unlock(&p->lock);
			call(p->idle);
			pthread_mutex_lock(&p->lock);
			idled = true; /* and look again: work may have come */
		} else {
			pthread_cond_wait(&p->work, &p->lock);
		}
	}
	return j;
}

struct pool_worker {
	struct pool *pool;
	bool given; /* the job it runs is no longer its own */
};

void pool_give_back(struct pool_worker *w, struct job *j)
{
	struct pool *p = w->pool;

	if (w->given)
		return;
	w->given = true;
	pthread_mutex_lock(&p->lock);
	push(&p->done, (struct job *)rota_done(p->rota, &j->item));
	pthread_cond_signal(&p->work); /* another about the same person may run now */
	(void)eventfd_write(p->fd, 1); /* fails only when 2^64 - 2 are unread: it is readable */
	pthread_mutex_unlock(&p->lock);
}

static void *worker(void *arg)
{
	struct pool *p = arg;
	struct job *j;

	pthread_mutex_lock(&p->lock);
	while ((j = next_job(p)) != NULL) {
		struct pool_worker w = { .pool = p };

		pthread_mutex_unlock(&p->lock);
		j->run(j, &w);
		pool_give_back(&w, j);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	call(p->bye);
	return NULL;
}

int pool_open(struct pool **ret, unsigned int threads, unsigned int queue_max, void (*idle)(void),
	      void (*bye)(void))
{
	struct pool *p = calloc(1, sizeof(*p) + threads * sizeof(*p->threads));
	int r;

	if (p == NULL)
		return -ENOMEM;
	if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->work, NULL) != 0) {
		free(p);
		return -ENOMEM;
	}
	p->idle = idle;
	p->bye = bye;
	p->done.tail = &p->done.head;
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = p->fd >= 0 ? rota_open(&p->rota, queue_max, threads) : -errno;
	while (r == 0 && p->n < threads) {
		r = -pthread_create(&p->threads[p->n], NULL, worker, p);
		p->n += r == 0;
	}
	if (r != 0) {
		pool_close(p);
		return r;
	}
	*ret = p;
	return 0;
}

void pool_close(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	while (p->n > 0)
		pthread_join(p->threads[--p->n], NULL);
	if (p->fd >= 0)
		close(p->fd);
	rota_close(p->rota);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

enum rota_put pool_submit(struct pool *p, struct job *j, struct job **evicted)
{
	struct rota_item *out;
	enum rota_put r;

	pthread_mutex_lock(&p->lock);
	r = rota_put(p->rota, &j->item, &out);
	if (r == ROTA_QUEUED)
		pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	*evicted = (struct job *)out;
	return r;
}

unsigned int pool_waiting(struct pool *p)
{
	unsigned int n;

	pthread_mutex_lock(&p->lock);
	n = rota_waiting(p->rota);
	pthread_mutex_unlock(&p->lock);
	return n;
}

int pool_fd(const struct pool *p)
{
	return p->fd;
}

struct job *pool_done(struct pool *p)
{
	eventfd_t seen;
	struct job *j;

	pthread_mutex_lock(&p->lock);
	j = pop(&p->done);
	if (j == NULL)
		(void)eventfd_read(p->fd, &seen); /* EAGAIN: it was not set, which is what we want */
	pthread_mutex_unlock(&p->lock);
	return j;
}
