// The revisions of MCP this gateway speaks and the errors it answers with, as tables.
// Sources: the specification's basic/index, basic/versioning and basic/transports pages of each
// revision; error codes of 2026-07-28 from its schema.ts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bw::gateway {

/// Legacy: everything that begins with `initialize` (up to 2025-11-25). Modern: self-contained
/// requests with an envelope (2026-07-28).
enum class Era { kLegacy, kModern };

/// In order of age, so that "since" is a comparison.
enum class Revision { k2024_11_05, k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28 };

/// Assumed of HTTP requests that name no revision (2025-11-25 basic/transports).
constexpr Revision kAssumedRevision = Revision::k2025_03_26;
constexpr Revision kLatestLegacyRevision = Revision::k2025_11_25;
constexpr Revision kModernRevision = Revision::k2026_07_28;

std::string_view RevisionName(Revision revision);
/// nullopt for revisions this gateway does not speak.
std::optional<Revision> FindRevision(std::string_view name);
Era EraOf(Revision revision);
/// What initialize answers a client that asked for `asked`: that revision where it is spoken here,
/// else the newest of the legacy era; the client then decides whether to go on (2025-11-25
/// basic/lifecycle).
Revision NegotiateLegacy(std::string_view asked);
/// Whether `name` is a date of the modern era, spoken here or not.
bool NamesModernEra(std::string_view name);

/// What can go wrong with a message before or instead of its result.
enum class Fault {
  kParse,
  kInvalidRequest,
  kEnvelope,
  kHeaderMismatch,
  kUnsupportedVersion,
  kMissingCapability,
  kMethodNotFound,
  kLegacyMethodNotFound,
  kInvalidParams,
  kLegacyResourceNotFound,
  kInternal,
  kOverloaded,
  kLegacyVersion,
  kSessionUnknown,
  kSessionMissing,
  kForbidden,
  kUnauthorized,
  kNotAllowed,
  kNotAcceptable,
  kMediaType,
  kInsufficientScope,
  kTooManyRequests,
  kUnavailable,
};

/// A JSON-RPC error and the HTTP status it travels with. `data_json` is one JSON text or empty.
struct RpcError {
  int code = 0;
  int http_status = 200;
  std::string message;
  std::string data_json;
};

struct FaultRow {
  Fault fault;
  int code;
  int http_status;
};
/// One row per Fault.
std::span<const FaultRow> FaultTable();

RpcError MakeError(Fault fault, std::string message, std::string data_json = {});

}  // namespace bw::gateway
