#include "gateway/core/protocol.h"

#include <algorithm>
#include <utility>

namespace bw::gateway {
namespace {

struct RevisionRow {
  Revision revision;
  std::string_view name;
  Era era;
};

constexpr RevisionRow kRevisions[] = {
    {Revision::k2024_11_05, "2024-11-05", Era::kLegacy},
    {Revision::k2025_03_26, "2025-03-26", Era::kLegacy},
    {Revision::k2025_06_18, "2025-06-18", Era::kLegacy},
    {Revision::k2025_11_25, "2025-11-25", Era::kLegacy},
    {Revision::k2026_07_28, "2026-07-28", Era::kModern},
};

// The codes -32000 and -32001 are what the official SDK answers at the HTTP edge and for legacy
// sessions; 2026-07-28 forbids new uses of that range, so no other row has one. -31403 and -31429
// are ours: outside what JSON-RPC and MCP reserve, and ending in their HTTP status.
constexpr FaultRow kFaults[] = {
    {Fault::kParse, -32700, 400},
    {Fault::kInvalidRequest, -32600, 400},
    {Fault::kEnvelope, -32602, 400},
    {Fault::kHeaderMismatch, -32020, 400},
    {Fault::kUnsupportedVersion, -32022, 400},
    {Fault::kMissingCapability, -32021, 400},
    {Fault::kMethodNotFound, -32601, 404},
    {Fault::kLegacyMethodNotFound, -32601, 200},
    {Fault::kInvalidParams, -32602, 200},
    {Fault::kLegacyResourceNotFound, -32002, 200},
    {Fault::kInternal, -32603, 200},
    {Fault::kOverloaded, -32603, 503},
    {Fault::kLegacyVersion, -32000, 400},
    {Fault::kSessionUnknown, -32001, 404},
    {Fault::kSessionMissing, -32000, 400},
    {Fault::kForbidden, -32000, 403},
    {Fault::kUnauthorized, -32000, 401},
    {Fault::kNotAllowed, -32000, 405},
    {Fault::kNotAcceptable, -32000, 406},
    {Fault::kMediaType, -32000, 415},
    {Fault::kInsufficientScope, -31403, 403},
    {Fault::kTooManyRequests, -31429, 429},
    {Fault::kUnavailable, -32603, 503},
};

bool IsDate(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-dd";
  return text.size() == kPattern.size() &&
         std::equal(text.begin(), text.end(), kPattern.begin(), [](char c, char expected) {
           return expected == 'd' ? c >= '0' && c <= '9' : c == expected;
         });
}

}  // namespace

std::string_view RevisionName(Revision revision) {
  return kRevisions[static_cast<int>(revision)].name;
}

std::optional<Revision> FindRevision(std::string_view name) {
  for (const RevisionRow& row : kRevisions) {
    if (row.name == name) return row.revision;
  }
  return std::nullopt;
}

Era EraOf(Revision revision) { return kRevisions[static_cast<int>(revision)].era; }

Revision NegotiateLegacy(std::string_view asked) {
  const auto revision = FindRevision(asked);
  return revision && EraOf(*revision) == Era::kLegacy ? *revision : kLatestLegacyRevision;
}

bool NamesModernEra(std::string_view name) {
  return IsDate(name) && name >= RevisionName(kModernRevision);
}

std::span<const FaultRow> FaultTable() { return kFaults; }

RpcError MakeError(Fault fault, std::string message, std::string data_json) {
  const FaultRow& row = kFaults[static_cast<int>(fault)];
  return {row.code, row.http_status, std::move(message), std::move(data_json)};
}

}  // namespace bw::gateway
