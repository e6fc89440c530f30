// Which era a message belongs to and whether its framing is right: pure functions over headers and
// body. The body decides first, so that a client is served by what it says, not by what a proxy
// added. (2026-07-28 basic/versioning, basic/transports)
#pragma once

#include <optional>
#include <string_view>

#include "gateway/core/jsonrpc.h"
#include "gateway/core/protocol.h"

namespace bw::gateway {

constexpr std::string_view kMetaProtocolVersion = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kMetaClientCapabilities = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kMetaClientInfo = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view kMetaLogLevel = "io.modelcontextprotocol/logLevel";
constexpr std::string_view kMetaServerInfo = "io.modelcontextprotocol/serverInfo";
constexpr std::string_view kMetaSubscriptionId = "io.modelcontextprotocol/subscriptionId";

/// The headers of one HTTP request that the protocol defines; outer blanks are trimmed already.
struct McpHeaders {
  std::optional<std::string_view> protocol_version;
  std::optional<std::string_view> method;
  std::optional<std::string_view> name;
};

struct EraDecision {
  Era era = Era::kLegacy;
  /// Set when the message must not be dispatched.
  std::optional<RpcError> refusal;
};

/// One message POSTed alone.
EraDecision DecideEra(const McpHeaders& headers, const Message& message);

/// An array POSTed; `decoded.batch` is true. `negotiated` is the revision of the client's session.
EraDecision DecideBatchEra(const McpHeaders& headers, const Decoded& decoded,
                           std::optional<Revision> negotiated);

/// The revision a legacy request is served in: its header, else its session's, else the assumed
/// one. An error for revisions not spoken here.
struct RevisionDecision {
  Revision revision = kAssumedRevision;
  std::optional<RpcError> refusal;
};
RevisionDecision DecideLegacyRevision(std::optional<std::string_view> header,
                                      std::optional<Revision> negotiated);

/// A stdio connection is of one era once its opening is seen.
enum class StdioEra { kUndecided, kLegacy, kModern };

struct StdioDecision {
  EraDecision decision;
  /// The connection's era from now on.
  StdioEra connection = StdioEra::kUndecided;
};
StdioDecision DecideStdioEra(StdioEra connection, const Message& message);

/// What is wrong with the envelope in `params._meta`, if anything (2026-07-28 basic/index).
std::optional<RpcError> CheckEnvelope(const json::Json& params);

}  // namespace bw::gateway
