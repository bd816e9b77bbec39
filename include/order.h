/* SPDX-License-Identifier: BSD-2-Clause */
/* order.h - what pind and its couriers call channels and orders. The codes are stored and sent. */
#ifndef ORDER_H
#define ORDER_H

enum channel_kind { TO_ELECTRONIC = 1, TO_POST }; /* which courier */

enum order_kind {
	ORDER_HALF = 1, /* the half of a PIN, drawn by the courier; electronic: with the link */
	ORDER_FORMS,    /* which documents to send, and where */
	ORDER_NOTICE,   /* a duplicate was asked for */
	ORDER_REMINDER, /* the PIN ends soon */
	ORDER_RECOVER,  /* electronic: the link for who forgot the PIN; the courier draws its token */
	ORDER_RECOVERED, /* a half of the PIN that follows: electronic by SMS, post by e-mail */
	ORDER_VOID,      /* post: the pratica's letter is void; destroy it if it is not printed yet */
};

#endif
