/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cf.h - the codice fiscale: normalise, check, decode. Pure: no locale, no allocation, no I/O.
 * Source: D.P.R. 605/1973, D.M. 23 December 1976, and the Agenzia delle Entrate's own checker.
 * A right check letter proves nothing about a person: only the Anagrafe tributaria knows who exists.
 */
#ifndef CF_H
#define CF_H

#include <stdbool.h>
#include <stddef.h>

#define CF_LEN 16 /* characters of a personal code; numeric codes have 11 */

enum cf_kind {
	CF_NONE,
	CF_PERSONAL,    /* 16 characters, digits where digits belong */
	CF_OMOCODIA,    /* 16 characters, letters L M N P Q R S T U V for some digits */
	CF_PROVISIONAL, /* 11 digits given to a natural person */
	CF_ENTITY,      /* 11 digits of a company, an association...: never logs in */
};

enum cf_reason { /* why a code is not one, in the order in which it is looked at */
	CF_OK,
	CF_R_EMPTY,   /* nothing but blanks */
	CF_R_CHARSET, /* a byte that is no ASCII letter or digit */
	CF_R_LENGTH,  /* neither 16 nor 11 characters */
	CF_R_FORMAT,  /* a letter where a digit belongs, or the reverse */
	CF_R_MONTH,
	CF_R_DAY,
	CF_R_DATE,    /* no such day in that month */
	CF_R_PLACE,
	CF_R_SERIAL,  /* numeric: serial 0000000 */
	CF_R_OFFICE,  /* numeric: no such office, or not for this serial */
	CF_R_CHECK,   /* the check character does not match */
};

struct cf {
	enum cf_kind kind;
	char text[CF_LEN + 1];  /* canonical, as written: the identity */
	char base[CF_LEN + 1];  /* omocodia undone and check letter recomputed; else text. Never an identity */
	unsigned char yy, month, day; /* of birth; yy 0..99; all 0 for numeric codes */
	char sex;               /* 'M', 'F', or '-' */
	char place[5];          /* "H501", or "-" */
};

/*
 * Read in[0..len) as a codice fiscale: blanks at both ends (space TAB CR LF) and spaces inside
 * are dropped, a-z becomes A-Z, nothing else is corrected. CF_OK and *cf, or the first reason
 * and *cf all zero.
 */
enum cf_reason cf_parse(struct cf *cf, const char *in, size_t len);

/* As cf_parse, but in must be canonical already: any blank or lower-case letter is CF_R_CHARSET. */
enum cf_reason cf_parse_exact(struct cf *cf, const char *in, size_t len);

/* Is it a natural person's, who may have a PIN? Entities may not. */
bool cf_is_person(const struct cf *cf);

/* "personal", "omocodia", "provisional", "entity", or "-". */
const char *cf_kind_name(enum cf_kind kind);

/* "check", "length", ...: the words of the reason column; "-" for CF_OK. */
const char *cf_reason_name(enum cf_reason reason);

/* One line for an operator: what is wrong and what to look at. "" for CF_OK. */
const char *cf_reason_text(enum cf_reason reason);

/*
 * The latest year in which this date of birth is not after today (seconds since the epoch,
 * UTC); 29 February only in leap years. 0 for numeric codes. For display only: people over
 * 100 exist.
 */
unsigned int cf_birth_year(const struct cf *cf, long long today_s);

#endif
