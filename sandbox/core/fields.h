// Checking JSON bodies against a table, one row a member.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::sandbox {

enum class FieldKind {
  kText,     // minimum and maximum are bytes
  kUrl,      // absolute http(s) URL that webhooks may go to
  kMethod,   // "GET" or "POST"
  kParty,    // E.164 number or SIP URI
  kInteger,  // within minimum and maximum
  kNumber,   // within minimum and maximum
  kBoolean,
  kTexts,  // array of texts; minimum and maximum are its length
  kObject,
};

struct FieldRule {
  std::string_view name;
  FieldKind kind = FieldKind::kText;
  bool required = false;
  double minimum = 0;
  double maximum = 0;
};

struct FieldProblem {
  std::string field;
  std::string description;
};

/// Every member that breaks its rule, in the table's order. Members without a rule are ignored, as
/// Bandwidth ignores them; null counts as absent.
std::vector<FieldProblem> CheckFields(const json::Json& object, std::span<const FieldRule> rules);

/// OK without problems; otherwise INVALID_ARGUMENT with all of them in one sentence.
Status ToStatus(const std::vector<FieldProblem>& problems);

}  // namespace bw::sandbox
