/* SPDX-License-Identifier: BSD-2-Clause */
/* conf.h - courier.conf; see conf.def. */
#ifndef CONF_H
#define CONF_H

#include "order.h"

struct conf {
#define TEXT(section, key, size, default)       char key[size];
#define NUMBER(section, key, min, max, default) unsigned int key;
#include "conf.def"
};

/*
 * Read file, and check what the channel needs. 0, or -EINVAL after one line that names the file and
 * what is wrong in it.
 */
int conf_read(struct conf *c, const char *file, enum channel_kind channel);

#endif
