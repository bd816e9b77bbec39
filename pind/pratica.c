/* SPDX-License-Identifier: BSD-2-Clause */
/* pratica.c - the life of one request; see pratica.h. */
#include "pratica.h"

enum act { NO, OPEN, CONFIRM, RECORD, APPROVE, REJECT, RESUME, POST, REPEAT, CANCEL };

/* What is done; NO is V_STATE. A row per event, a column per state as it is now. */
/* clang-format off */
static const enum act acts[PRATICA_EVENT_N][PRATICA_STATE_N] = {
	/*                      NONE  OPENED   ASKED   REVIEWED PARKED  PRINTING SENT    REJECTED CANCELLED LAPSED CONCLUDED */
	[PRATICA_OPEN]      = { OPEN, NO,      NO,     NO,      NO,     NO,      NO,     NO,      NO,       NO,    NO },
	[PRATICA_CONFIRM]   = { NO,   CONFIRM, NO,     NO,      NO,     NO,      NO,     NO,      NO,       NO,    NO },
	[PRATICA_DOCUMENTS] = { NO,   NO,      RECORD, RECORD,  NO,     NO,      NO,     NO,      NO,       NO,    NO },
	[PRATICA_APPROVE]   = { NO,   NO,      NO,     APPROVE, NO,     NO,      NO,     NO,      NO,       NO,    NO },
	[PRATICA_REJECT]    = { NO,   NO,      NO,     REJECT,  NO,     NO,      NO,     NO,      NO,       NO,    NO },
	[PRATICA_ADDRESS]   = { NO,   NO,      NO,     NO,      RESUME, NO,      NO,     NO,      NO,       NO,    NO },
	[PRATICA_POSTED]    = { NO,   NO,      NO,     NO,      NO,     POST,    NO,     NO,      NO,       NO,    NO },
	[PRATICA_DUPLICATE] = { NO,   NO,      NO,     NO,      NO,     NO,      REPEAT, NO,      NO,       NO,    NO },
	[PRATICA_CANCEL]    = { NO,   CANCEL,  CANCEL, CANCEL,  CANCEL, CANCEL,  CANCEL, NO,      NO,       NO,    NO },
};
/* clang-format on */

static bool is_open(uint8_t state)
{
	return state >= PRATICA_OPENED && state <= PRATICA_SENT;
}

enum pratica_state pratica_state(const struct pratica_rec *rec, const struct pin_rec *pin,
				 uint64_t now_s)
{
	if (rec->state == PRATICA_NONE || !is_open(rec->state))
		return rec->state;
	switch (pin_life(pin, now_s)) {
	case PIN_ACTIVE:
	case PIN_EXPIRED: return PRATICA_CONCLUDED;
	case PIN_REVOKED:
	case PIN_ABSENT: return PRATICA_CANCELLED;
	case PIN_UNUSED: return PRATICA_LAPSED;
	case PIN_LAPSED: return PRATICA_CONCLUDED; /* it was used once: its owner let it lapse */
	case PIN_AWAITING:
	case PIN_TEMPORARY:
	case PIN_LIFE_N: break;
	}
	return rec->due_s != 0 && now_s >= rec->due_s ? PRATICA_LAPSED : rec->state;
}

/* To the printer, or to wait for an address. */
static unsigned int release(struct pratica_rec *rec, bool has_address)
{
	rec->has_address = has_address;
	rec->due_s = 0;
	rec->state = has_address ? PRATICA_PRINTING : PRATICA_PARKED;
	return has_address ? PRATICA_SEND_LETTER : 0;
}

static unsigned int confirm(struct pratica_rec *rec, const struct pratica_arg *arg, uint64_t now_s)
{
	if (!rec->needs_review)
		return release(rec, arg->has_address);
	rec->state = PRATICA_ASKED;
	rec->due_s = now_s + PRATICA_DOCUMENTS_S;
	return PRATICA_SEND_FORMS;
}

static unsigned int open_new(struct pratica_rec *rec, const struct pratica_arg *arg, uint64_t now_s)
{
	*rec = (struct pratica_rec){ .state = PRATICA_OPENED,
				     .needs_review = arg->needs_review,
				     .has_address = arg->has_address,
				     .due_s = now_s + PRATICA_LINK_S };
	return PRATICA_SEND_HALF;
}

static unsigned int act_on(struct pratica_rec *rec, enum act act, const struct pratica_arg *arg,
			   uint64_t now_s)
{
	switch (act) {
	case NO: break;
	case OPEN: return open_new(rec, arg, now_s);
	case CONFIRM: return confirm(rec, arg, now_s);
	case RECORD:
		rec->state = PRATICA_REVIEWED;
		rec->due_s = 0;
		rec->recorded_by = arg->uid;
		break;
	case APPROVE: return release(rec, arg->has_address);
	case REJECT: rec->state = PRATICA_REJECTED; break;
	case RESUME: return release(rec, true);
	case POST:
		rec->state = PRATICA_SENT;
		rec->sent_s = now_s;
		break;
	case REPEAT:
		rec->state = PRATICA_PRINTING;
		rec->duplicates++;
		return PRATICA_SEND_LETTER | PRATICA_SEND_NOTICE;
	case CANCEL:
		rec->state = PRATICA_CANCELLED;
		rec->due_s = 0;
		break;
	}
	return 0;
}

static enum verdict refusal(const struct pratica_rec *rec, enum act act, const struct pratica_arg *arg,
			    uint64_t now_s)
{
	if (act == NO)
		return rec->state == PRATICA_NONE ? V_UNKNOWN : V_STATE;
	if ((act == APPROVE || act == REJECT) && arg->uid == rec->recorded_by)
		return V_SELF;
	if (act == REPEAT && (rec->duplicates >= PRATICA_DUPLICATES ||
			      now_s < rec->sent_s + PRATICA_DUPLICATE_S))
		return V_LIMIT;
	return V_OK;
}

struct pratica_step pratica_step(struct pratica_rec *rec, const struct pin_rec *pin,
				 enum pratica_event ev, const struct pratica_arg *arg,
				 uint64_t now_s)
{
	enum act act = acts[ev][pratica_state(rec, pin, now_s)];
	struct pratica_step step = { .verdict = refusal(rec, act, arg, now_s) };

	if (step.verdict != V_OK)
		return step;
	step.send = act_on(rec, act, arg, now_s);
	step.commit = true;
	return step;
}
