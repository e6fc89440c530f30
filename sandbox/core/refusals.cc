#include "sandbox/core/refusals.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sandbox/core/fields.h"

namespace bw::sandbox {
namespace {

using json::Json;

// bandwidth.md §6.5, §7 and §9.2.
constexpr std::array<KnownRefusal, 19> kKnown = {{
    {"forbidden-empty", 403, 0, "", "-"},
    {"unauthorized-empty", 401, 0, "", "-"},
    {"gateway-forbidden", 403, 0, R"({"message":"Forbidden"})", "application/json"},
    {"gateway-html", 502, 0, "<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html"},
    {"mfa-forbidden", 403, 0, R"({"Message":"Forbidden"})", "application/json"},
    {"messaging-not-found", 404, 0,
     R"({"timestamp":"2026-03-02T10:20:00.000Z","status":404,"error":"Not Found",)"
     R"("message":"no such resource","path":"/api/v2"})",
     "application/json"},
    {"no-credit", 402, 0, "The credits of the account are used up", ""},
    {"voice-product-off", 409, 12150, "HTTP voice feature is required", ""},
    {"campaigns-not-enabled", 403, 12055, "Account is not enabled for the Registration Center", ""},
    {"no-access-rights", 403, 1001, "User does not have access rights to the resource", ""},
    {"import-not-enabled", 403, 12055, "The import customer is not enabled on account", ""},
    {"account-locked", 403, 5012, "The account is locked", ""},
    {"internal-error", 500, 1000, "Internal error", ""},
    {"try-again", 500, 1010, "Internal error, try again later", ""},
    {"system-overloaded", 503, 0, "The system is overloaded", ""},
    {"rate-limited", 429, 0, "Too many requests", ""},
    {"call-rate-exceeded", 429, 0, "Account call creation rate limit exceeded", ""},
    {"message-queue-full", 429, 0, "The message queue of the number is full", ""},
    {"number-provisioning", 400, 0,
     R"({"links":[],"data":null,"errors":[{"code":"VCS-0044","type":"validation",)"
     R"("description":"The phone number is still being provisioned"}]})",
     "application/json"},
}};

constexpr int kRetryAfterSeconds = 1;

Refusal FromKnown(const KnownRefusal& known) {
  Refusal refusal;
  refusal.status = known.status;
  refusal.code = known.code;
  refusal.description = known.description;
  if (!known.content_type.empty()) {
    const bool empty = known.content_type == "-";
    refusal.body = empty ? "" : std::string(known.description);
    refusal.content_type = empty ? "" : std::string(known.content_type);
  }
  if (known.status == 429) refusal.retry_after_s = kRetryAfterSeconds;
  return refusal;
}

constexpr std::array<FieldRule, 10> kRules = {{
    {"path", FieldKind::kText, true, 1, 512},
    {"method", FieldKind::kText, false, 1, 10},
    {"times", FieldKind::kInteger, false, 1, RefusalDesk::kMaxTimes},
    {"name", FieldKind::kText, false, 1, 64},
    {"status", FieldKind::kInteger, false, 400, 599},
    {"code", FieldKind::kInteger, false, 0, 99'999},
    {"description", FieldKind::kText, false, 0, 1024},
    {"body", FieldKind::kText, false, 0, 65'536},
    {"content_type", FieldKind::kText, false, 0, 128},
    {"retry_after", FieldKind::kInteger, false, 0, 86'400},
}};

StatusOr<Refusal> ReadRefusal(const Json& body) {
  if (const auto name = json::GetString(body, "name")) {
    const auto* known = std::find_if(kKnown.begin(), kKnown.end(),
                                     [&](const KnownRefusal& k) { return k.name == *name; });
    if (known == kKnown.end()) {
      return InvalidArgument("name is not a known refusal; GET this address lists them");
    }
    return FromKnown(*known);
  }
  Refusal refusal;
  const auto status = json::GetInt(body, "status");
  if (!status) return InvalidArgument("name or status is required");
  refusal.status = static_cast<int>(*status);
  refusal.code = static_cast<int>(json::GetInt(body, "code").value_or(0));
  refusal.description = json::StringOr(body, "description");
  refusal.content_type = json::StringOr(body, "content_type");
  if (const auto text = json::GetString(body, "body")) refusal.body = std::string(*text);
  refusal.retry_after_s = static_cast<int>(json::GetInt(body, "retry_after").value_or(0));
  return refusal;
}

}  // namespace

std::span<const KnownRefusal> KnownRefusals() { return kKnown; }

Status RefusalDesk::Add(const Json& body) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kRules)));
  Entry entry;
  BW_ASSIGN_OR_RETURN(entry.refusal, ReadRefusal(body));
  entry.method = json::StringOr(body, "method");
  entry.path = json::StringOr(body, "path");
  entry.left = static_cast<int>(json::GetInt(body, "times").value_or(1));
  if (entries_.size() >= kMaxRefusals) return ResourceExhausted("too many refusals are waiting");
  entries_.push_back(std::move(entry));
  return OkStatus();
}

std::optional<Refusal> RefusalDesk::Take(std::string_view method, std::string_view path) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return (entry.method.empty() || entry.method == method) && path.starts_with(entry.path);
  });
  if (found == entries_.end()) return std::nullopt;
  Refusal refusal = found->refusal;
  if (--found->left == 0) entries_.erase(found);
  return refusal;
}

Json RefusalDesk::Observe() const {
  Json waiting = Json::array();
  for (const Entry& entry : entries_) {
    waiting.push_back({{"method", entry.method},
                       {"path", entry.path},
                       {"status", entry.refusal.status},
                       {"left", entry.left}});
  }
  Json names = Json::array();
  for (const KnownRefusal& known : kKnown) names.push_back(known.name);
  return {{"waiting", std::move(waiting)}, {"known", std::move(names)}};
}

}  // namespace bw::sandbox
