"""What can be wrong with policies and plans."""

from dampipe.kernel.errors import ErrorCode

POLICY_INVALID = ErrorCode(
    "tier.policy_invalid", "the policy is not valid: {problems}", "Correct it, and check it again."
)
POLICY_FAULTY = ErrorCode(
    "tier.policy_faulty",
    "the policy does not fit this library: {faults}",
    "Correct it, or the sources, and check it again.",
)
NO_POLICY = ErrorCode("tier.no_policy", "no policy has been applied", "Apply a policy first.")
POLICY_UNKNOWN = ErrorCode(
    "tier.policy_not_found",
    "there is no policy {number}",
    "The history lists the policies that were applied.",
)
RULE_UNKNOWN = ErrorCode(
    "tier.rule_not_found", "the policy has no rule {name!r}", "The policy in force has the rules: {rules}."
)
PLAN_UNKNOWN = ErrorCode("tier.plan_not_found", "there is no plan {number}", "The list shows which exist.")
PLAN_STATE = ErrorCode(
    "tier.plan_state",
    "plan {number} is {state}: it cannot be {verb}",
    "Show the plan, or make a new one.",
)
