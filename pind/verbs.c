/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.c - the table of all verbs; see verbs.h. */
#include "verbs.h"

#include <stddef.h>

/* clang-format off */
static const struct verb verbs[] = {
#define SERVICE(name) offsetof(struct wire_msg, name.service)
#define DESK     (DUTY_HELPDESK | DUTY_APPROVER)
#define ANYBODY  (DESK | DUTY_AUDITOR)
#define PUBLIC   (DUTY_HELPDESK | DUTY_PORTAL)
#define COURIERS (DUTY_ELECTRONIC | DUTY_POST)
	{ WIRE_AUTHENTICATE,       ROLE_AUTH,    0,             call_authenticate,       SERVICE(authenticate) },
	{ WIRE_AUTHORIZE,          ROLE_AUTH,    0,             call_authorize,          SERVICE(authorize) },
	{ WIRE_RENEW_OPEN,         ROLE_AUTH,    0,             call_renew_open,         SERVICE(renew_open) },
	{ WIRE_RENEW_COMMIT,       ROLE_AUTH,    0,             call_renew_commit,       SERVICE(renew_commit) },
	{ WIRE_SELF_STATUS,        ROLE_AUTH,    0,             call_self_status,        SERVICE(self_status) },
	{ WIRE_SELF_CONVERT,       ROLE_AUTH,    0,             call_self_convert,       SERVICE(self_convert) },
	{ WIRE_SELF_CONTACTS,      ROLE_AUTH,    0,             call_self_contacts,      SERVICE(self_contacts) },
	{ WIRE_PING,               ROLE_AUTH,    0,             call_ping,               0 },
	{ WIRE_COST,               ROLE_ADMIN,   DESK,          call_cost,               0 },
	{ WIRE_ISSUE,              ROLE_ADMIN,   DESK,          call_issue,              0 },
	{ WIRE_ISSUE_RELEASE,      ROLE_ADMIN,   DUTY_APPROVER, call_issue_release,      0 },
	{ WIRE_STATUS,             ROLE_ADMIN,   DESK,          call_status,             0 },
	{ WIRE_SOURCE_GET,         ROLE_ADMIN,   DESK,          call_source_get,         0 },
	{ WIRE_REVOKE,             ROLE_ADMIN,   DESK,          call_revoke,             0 },
	{ WIRE_UNLOCK,             ROLE_ADMIN,   DESK,          call_unlock,             0 },
	{ WIRE_CONVERT,            ROLE_ADMIN,   DUTY_APPROVER, call_convert,            0 },
	{ WIRE_CF_CHANGE,          ROLE_ADMIN,   DUTY_APPROVER, call_cf_change,          0 },
	{ WIRE_CONVERT_ASK,        ROLE_ADMIN,   DESK,          call_convert_ask,        0 },
	{ WIRE_CONVERT_JUDGE,      ROLE_ADMIN,   DUTY_APPROVER, call_convert_judge,      0 },
	{ WIRE_REMIND,             ROLE_ADMIN,   DESK,          call_remind,             0 },
	{ WIRE_SERVICE_GET,        ROLE_ADMIN,   ANYBODY,       call_service_get,        0 },
	{ WIRE_SERVICE_TEST,       ROLE_ADMIN,   DESK,          call_service_test,       0 },
	{ WIRE_STATS,              ROLE_ADMIN,   ANYBODY,       call_stats,              0 },
	{ WIRE_STAT_GET,           ROLE_ADMIN,   ANYBODY,       call_stat_get,           0 },
	{ WIRE_REQUEST_NEW,        ROLE_ADMIN,   PUBLIC,        call_request_new,        0 },
	{ WIRE_REQUEST_CONFIRM,    ROLE_ADMIN,   PUBLIC,        call_request_confirm,    0 },
	{ WIRE_REQUEST_DOCUMENTS,  ROLE_ADMIN,   DESK,          call_request_documents,  0 },
	{ WIRE_REQUEST_JUDGE,      ROLE_ADMIN,   DUTY_APPROVER, call_request_judge,      0 },
	{ WIRE_REQUEST_ADDRESS,    ROLE_ADMIN,   DESK,          call_request_address,    0 },
	{ WIRE_REQUEST_DUPLICATE,  ROLE_ADMIN,   DUTY_HELPDESK, call_request_duplicate,  0 },
	{ WIRE_REQUEST_CANCEL,     ROLE_ADMIN,   DESK,          call_request_cancel,     0 },
	{ WIRE_REQUEST_SHOW,       ROLE_ADMIN,   DESK,          call_request_show,       0 },
	{ WIRE_REQUEST_NEXT,       ROLE_ADMIN,   DESK,          call_request_next,       0 },
	{ WIRE_REQUEST_RESEND,     ROLE_ADMIN,   DUTY_HELPDESK, call_request_resend,     0 },
	{ WIRE_RECOVER,            ROLE_ADMIN,   PUBLIC,        call_recover,            0 },
	{ WIRE_RECOVER_CONFIRM,    ROLE_ADMIN,   PUBLIC,        call_recover_confirm,    0 },
	{ WIRE_DELEGATION_ADD,     ROLE_ADMIN,   DESK,          call_delegation_add,     0 },
	{ WIRE_DELEGATION_APPROVE, ROLE_ADMIN,   DUTY_APPROVER, call_delegation_approve, 0 },
	{ WIRE_DELEGATION_REVOKE,  ROLE_ADMIN,   DESK,          call_delegation_revoke,  0 },
	{ WIRE_DELEGATION_GET,     ROLE_ADMIN,   DESK,          call_delegation_get,     0 },
	{ WIRE_REGISTRY_BEGIN,     ROLE_ADMIN,   DUTY_APPROVER, call_registry_begin,     0 },
	{ WIRE_REGISTRY_PUT,       ROLE_ADMIN,   DUTY_APPROVER, call_registry_put,       0 },
	{ WIRE_REGISTRY_DONE,      ROLE_ADMIN,   DUTY_APPROVER, call_registry_done,      0 },
	{ WIRE_REGISTRY_GET,       ROLE_ADMIN,   DESK,          call_registry_get,       0 },
	{ WIRE_AUDIT_GET,          ROLE_ADMIN,   DUTY_AUDITOR,  call_audit_get,          0 },
	{ WIRE_AUDIT_HEAD,         ROLE_ADMIN,   DUTY_AUDITOR,  call_audit_head,         0 },
	{ WIRE_AUDIT_CHECK,        ROLE_ADMIN,   DUTY_AUDITOR,  call_audit_check,        0 },
	{ WIRE_ORDER_TAKE,         ROLE_COURIER, COURIERS,      call_order_take,         0 },
	{ WIRE_ORDER_HALF,         ROLE_COURIER, COURIERS,      call_order_half,         0 },
	{ WIRE_ORDER_DONE,         ROLE_COURIER, COURIERS,      call_order_done,         0 },
	{ WIRE_ORDER_FAILED,       ROLE_COURIER, COURIERS,      call_order_failed,       0 },
#undef SERVICE
#undef DESK
#undef ANYBODY
#undef PUBLIC
#undef COURIERS
};
/* clang-format on */

const struct verb *verb_of(enum wire_type type, enum role role)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (verbs[i].type == type && verbs[i].role == role)
			return &verbs[i];
	return NULL;
}
