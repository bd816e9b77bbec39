/* SPDX-License-Identifier: BSD-2-Clause */
/* pin.c - the life of one PIN; see pin.h. */
#include "pin.h"

#include <string.h>

#include "person.h"

enum act { KEEP, CHARGE, TOUCH, WELCOME, FORGIVE, INSTALL, RESALT, REFUND, ISSUE, FREE, HALVE_1, HALVE_2, LIFT,
	   DESTROY };

/* What is done. A row per event, a column per life. TRY and AGAIN act only if the gate is open. */
/* clang-format off */
static const enum act acts[PIN_EVENT_N][PIN_LIFE_N] = {
	/*               ABSENT  AWAITING TEMPORARY ACTIVE   EXPIRED  LAPSED   UNUSED   REVOKED */
	[PIN_TRY]     = { CHARGE, CHARGE,  CHARGE,   CHARGE,  CHARGE,  CHARGE,  CHARGE,  CHARGE },
	[PIN_AGAIN]   = { TOUCH,  TOUCH,   TOUCH,    TOUCH,   TOUCH,   TOUCH,   TOUCH,   TOUCH  },
	[PIN_MATCH]   = { KEEP,   KEEP,    WELCOME,  WELCOME, WELCOME, KEEP,    KEEP,    KEEP   },
	[PIN_RENEW]   = { KEEP,   KEEP,    INSTALL,  INSTALL, INSTALL, KEEP,    KEEP,    KEEP   },
	[PIN_REHASH]  = { KEEP,   KEEP,    KEEP,     RESALT,  KEEP,    KEEP,    KEEP,    KEEP   },
	[PIN_REFUND]  = { REFUND, REFUND,  REFUND,   REFUND,  REFUND,  REFUND,  REFUND,  REFUND },
	[PIN_ISSUE]   = { ISSUE,  KEEP,    KEEP,     KEEP,    KEEP,    KEEP,    ISSUE,   ISSUE  },
	[PIN_RELEASE] = { KEEP,   FREE,    KEEP,     KEEP,    KEEP,    KEEP,    KEEP,    KEEP   },
	[PIN_HALF_1]  = { KEEP,   HALVE_1, HALVE_1,  KEEP,    KEEP,    KEEP,    KEEP,    KEEP   },
	[PIN_HALF_2]  = { KEEP,   HALVE_2, HALVE_2,  KEEP,    KEEP,    KEEP,    KEEP,    KEEP   },
	[PIN_UNLOCK]  = { KEEP,   FORGIVE, FORGIVE,  FORGIVE, FORGIVE, KEEP,    KEEP,    KEEP   },
	[PIN_CONVERT] = { KEEP,   KEEP,    LIFT,     LIFT,    LIFT,    KEEP,    KEEP,    KEEP   },
	[PIN_REVOKE]  = { KEEP,   DESTROY, DESTROY,  DESTROY, DESTROY, DESTROY, DESTROY, KEEP   },
};

/* What is said. For a TRY or AGAIN that is let through: what will be said if the PIN mismatches. */
static const enum verdict says[PIN_EVENT_N][PIN_LIFE_N] = {
	/*               ABSENT     AWAITING  TEMPORARY      ACTIVE    EXPIRED        LAPSED    UNUSED    REVOKED */
	[PIN_TRY]     = { V_WRONG,   V_WRONG,  V_WRONG,       V_WRONG,  V_WRONG,       V_WRONG,  V_WRONG,  V_WRONG   },
	[PIN_AGAIN]   = { V_WRONG,   V_WRONG,  V_WRONG,       V_WRONG,  V_WRONG,       V_WRONG,  V_WRONG,  V_WRONG   },
	[PIN_MATCH]   = { V_WRONG,   V_WRONG,  V_MUST_CHANGE, V_OK,     V_MUST_CHANGE, V_LAPSED, V_LAPSED, V_WRONG   },
	[PIN_RENEW]   = { V_WRONG,   V_WRONG,  V_OK,          V_OK,     V_OK,          V_LAPSED, V_LAPSED, V_WRONG   },
	[PIN_REHASH]  = { V_WRONG,   V_WRONG,  V_WRONG,       V_OK,     V_WRONG,       V_WRONG,  V_WRONG,  V_WRONG   },
	[PIN_REFUND]  = { V_FAILED,  V_FAILED, V_FAILED,      V_FAILED, V_FAILED,      V_FAILED, V_FAILED, V_FAILED  },
	[PIN_ISSUE]   = { V_OK,      V_LIVE,   V_LIVE,        V_LIVE,   V_LIVE,        V_LIVE,   V_OK,     V_OK      },
	[PIN_RELEASE] = { V_UNKNOWN, V_OK,     V_STATE,       V_STATE,  V_STATE,       V_LAPSED, V_LAPSED, V_REVOKED },
	[PIN_HALF_1]  = { V_UNKNOWN, V_OK,     V_OK,          V_LIVE,   V_LIVE,        V_LAPSED, V_LAPSED, V_REVOKED },
	[PIN_HALF_2]  = { V_UNKNOWN, V_OK,     V_OK,          V_LIVE,   V_LIVE,        V_LAPSED, V_LAPSED, V_REVOKED },
	[PIN_UNLOCK]  = { V_UNKNOWN, V_OK,     V_OK,          V_OK,     V_OK,          V_LAPSED, V_LAPSED, V_REVOKED },
	[PIN_CONVERT] = { V_UNKNOWN, V_STATE,  V_OK,          V_OK,     V_OK,          V_LAPSED, V_LAPSED, V_REVOKED },
	[PIN_REVOKE]  = { V_UNKNOWN, V_OK,     V_OK,          V_OK,     V_OK,          V_OK,     V_OK,     V_OK      },
};
/* clang-format on */

static bool complete(const struct pin_rec *rec)
{
	return rec->form != PIN_NO_FORM && rec->verifier[0].alg != 0 &&
	       (rec->form != PIN_FORM_HALVES || rec->verifier[1].alg != 0);
}

enum pin_life pin_life(const struct pin_rec *rec, uint64_t now_s)
{
	if (rec->gen == 0)
		return PIN_ABSENT;
	if (rec->revoked)
		return PIN_REVOKED;
	if (now_s >= rec->lapses_s)
		return rec->temporary ? PIN_UNUSED : PIN_LAPSED;
	if (!complete(rec) || rec->held)
		return PIN_AWAITING;
	if (rec->temporary)
		return PIN_TEMPORARY;
	return now_s >= rec->expires_s ? PIN_EXPIRED : PIN_ACTIVE;
}

static void install(struct pin_rec *rec, const struct pin_arg *arg, uint64_t now_s)
{
	penalty_forgive(&rec->penalty);
	rec->gen++;
	rec->form = arg->form;
	rec->temporary = 0;
	rec->revoked = 0;
	rec->held = 0;
	rec->set_s = now_s;
	rec->expires_s = arg->expires_s;
	rec->lapses_s = arg->lapses_s;
	memcpy(rec->verifier, arg->verifier, sizeof(rec->verifier));
}

/* The same PIN, so gen stays, too: whoever is proving it goes on. */
static void resalt(struct pin_rec *rec, const struct pin_arg *arg)
{
	rec->form = arg->form;
	memcpy(rec->verifier, arg->verifier, sizeof(rec->verifier));
}

static void issue(struct pin_rec *rec, const struct pin_arg *arg, uint64_t now_s)
{
	install(rec, arg, now_s);
	rec->penalty = (struct penalty){ .pool = { 0 } }; /* nobody is known to the new PIN yet */
	rec->temporary = 1;
	rec->held = arg->held;
	rec->level = arg->level;
}

/* The other half stays, and so does what was guessed wrong. A posted half sets the time to use it. */
static void halve(struct pin_rec *rec, const struct pin_arg *arg, int half)
{
	rec->gen++;
	rec->verifier[half] = arg->verifier[half];
	if (half == 1)
		rec->lapses_s = rec->expires_s = arg->lapses_s;
}

static void destroy(struct pin_rec *rec, uint64_t now_s)
{
	static const struct pin_arg nothing;

	install(rec, &nothing, now_s);
	rec->revoked = 1;
	rec->level = LEVEL_NONE;
}

static void act_on(struct pin_rec *rec, enum act act, const struct pin_arg *arg,
		   const struct penalty_policy *pol, uint64_t now_s)
{
	switch (act) {
	case KEEP: break;
	case CHARGE: penalty_charge(&rec->penalty, &arg->from, pol, now_s); break;
	case TOUCH: break;
	case WELCOME: penalty_welcome(&rec->penalty, &arg->from, now_s); break;
	case FORGIVE: penalty_forgive(&rec->penalty); break;
	case INSTALL: install(rec, arg, now_s); break;
	case RESALT: resalt(rec, arg); break;
	case REFUND: penalty_refund(&rec->penalty, arg->from.tag, arg->until_s); break;
	case ISSUE: issue(rec, arg, now_s); break;
	case FREE: rec->held = 0; break;
	case HALVE_1: halve(rec, arg, 0); break;
	case HALVE_2: halve(rec, arg, 1); break;
	case LIFT: rec->level = LEVEL_DISPOSITIVO; break;
	case DESTROY: destroy(rec, now_s); break;
	}
}

struct pin_step pin_step(struct pin_rec *rec, enum pin_event ev, const struct pin_arg *arg,
			 const struct penalty_policy *pol, uint64_t now_s)
{
	enum pin_event e = ev == PIN_AGAIN && arg->gen != rec->gen ? PIN_TRY : ev; /* wrong for another */
	enum pin_life life = pin_life(rec, now_s);
	enum pin_gate gate = penalty_gate(&rec->penalty, arg->from.tag, pol, now_s);
	enum act act = acts[e][life];
	bool proof = ev == PIN_MATCH || ev == PIN_RENEW || ev == PIN_REHASH;
	bool attempt = act == CHARGE || act == TOUCH;

	if (proof && arg->gen != rec->gen) /* it was another PIN that was proven */
		return (struct pin_step){ .verdict = V_WRONG };
	if (act == KEEP)
		return (struct pin_step){ .verdict = says[ev][life] };
	if (attempt && gate == PIN_BLOCKED)
		return (struct pin_step){ .verdict = V_BLOCKED };
	if (attempt && gate == PIN_THROTTLED)
		return (struct pin_step){ .verdict = V_THROTTLED,
					  .wait_s = penalty_wait(&rec->penalty, arg->from.tag, pol,
								 now_s) };
	act_on(rec, act, arg, pol, now_s);
	return (struct pin_step){
		.then = attempt ? PIN_CHECK : PIN_SAY,
		.verdict = says[ev][life],
		.commit = true,
	};
}
