/* SPDX-License-Identifier: BSD-2-Clause */
/* remind.c - have everybody reminded whose PIN ends soon: for a timer, once a day. */
#include <string.h>

#include "pinctl.h"
#include "show.h"

int cmd_remind(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_REMIND }, rep = { 0 };
	uint64_t made = 0;
	int r = 0;

	do {
		r = ask(a, &req, WIRE_REMIND_IS, &rep);
		if (r != 0)
			break;
		if (!rep.remind_is.complete &&
		    memcmp(rep.remind_is.next, req.remind.after, sizeof(req.remind.after)) <= 0)
			return show_error(EXIT_PIND, "the answer of pind makes no sense");
		memcpy(req.remind.after, rep.remind_is.next, sizeof(req.remind.after));
		made += rep.remind_is.made;
	} while (!rep.remind_is.complete);
	{
		const struct show_cell cells[] = {
			{ "reminders ordered", "reminders", SHOW_COUNT, "", made },
		};

		return r != 0 ? r : show_record(a->json, cells, 1);
	}
}
