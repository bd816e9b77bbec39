/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.c - a bounded queue, threads, and an eventfd back to the loop; see pool.h. */
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct list {
	struct job *head, **tail;
	unsigned int n;
};

struct pool {
	pthread_mutex_t lock; /* guards waiting, done, stop */
	pthread_cond_t work;
	struct list waiting, done;
	bool stop;
	unsigned int queue_max;
	int fd;
	unsigned int n;
	pthread_t threads[];
};

static void push(struct list *l, struct job *j)
{
	j->next = NULL;
	*l->tail = j;
	l->tail = &j->next;
	l->n++;
}

static struct job *pop(struct list *l)
{
	struct job *j = l->head;

	if (j == NULL)
		return NULL;
	l->head = j->next;
	if (l->head == NULL)
		l->tail = &l->head;
	l->n--;
	return j;
}

static void *worker(void *arg)
{
	struct pool *p = arg;
	struct job *j;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		j = pop(&p->waiting);
		if (j == NULL) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		j->run(j);
		pthread_mutex_lock(&p->lock);
		push(&p->done, j);
		(void)eventfd_write(p->fd, 1); /* fails only when 2^64 - 2 are unread: it is readable */
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int pool_open(struct pool **ret, unsigned int threads, unsigned int queue_max)
{
	struct pool *p = calloc(1, sizeof(*p) + threads * sizeof(*p->threads));
	int r = 0;

	if (p == NULL)
		return -ENOMEM;
	if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->work, NULL) != 0) {
		free(p);
		return -ENOMEM;
	}
	p->waiting.tail = &p->waiting.head;
	p->done.tail = &p->done.head;
	p->queue_max = queue_max;
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->fd < 0)
		r = -errno;
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
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

bool pool_submit(struct pool *p, struct job *j)
{
	bool room;

	pthread_mutex_lock(&p->lock);
	room = p->waiting.n < p->queue_max;
	if (room) {
		push(&p->waiting, j);
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return room;
}

unsigned int pool_waiting(struct pool *p)
{
	unsigned int n;

	pthread_mutex_lock(&p->lock);
	n = p->waiting.n;
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
