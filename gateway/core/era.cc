#include "gateway/core/era.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/core/header_value.h"
#include "gateway/core/log_level.h"

namespace bw::gateway {
namespace {

// Which parameter of a method the Mcp-Name header repeats.
struct NamedMethod {
  std::string_view method;
  std::string_view parameter;
};
constexpr NamedMethod kNamedMethods[] = {
    {"tools/call", "name"},
    {"prompts/get", "name"},
    {"resources/read", "uri"},
};

bool HasEnvelopeKey(const Message& message) {
  const json::Json* meta = MetaOf(message.params);
  return meta != nullptr && meta->contains(kMetaProtocolVersion);
}

bool HeaderNamesModernEra(const McpHeaders& headers) {
  return headers.protocol_version && NamesModernEra(*headers.protocol_version);
}

RpcError EnvelopeError(std::string_view field, std::string_view expected) {
  std::string message = "Invalid params: _meta[\"";
  message.append(field).append("\"] ").append(expected);
  return MakeError(Fault::kEnvelope, std::move(message));
}

RpcError UnsupportedVersion(std::string_view requested) {
  std::string data = R"({"supported":[)" + Quote(RevisionName(kModernRevision)) +
                     R"(],"requested":)" + Quote(requested) + "}";
  return MakeError(Fault::kUnsupportedVersion, "Unsupported protocol version", std::move(data));
}

// The parameter that Mcp-Name repeats: whether `method` has one, and its value if it is a string.
struct NamedParameter {
  bool applies = false;
  std::optional<std::string_view> value;
};

NamedParameter FindNamedParameter(const Message& message) {
  for (const NamedMethod& row : kNamedMethods) {
    if (row.method == message.method) return {true, json::GetString(message.params, row.parameter)};
  }
  return {};
}

std::optional<RpcError> CheckNameHeader(std::string_view header, const Message& message) {
  const NamedParameter named = FindNamedParameter(message);
  if (!named.applies) return std::nullopt;
  const auto decoded = DecodeHeaderValue(header);
  if (!decoded) return HeaderMismatch("Mcp-Name", "is not valid text or base64");
  if (decoded != named.value)
    return HeaderMismatch("Mcp-Name", "differs from the request's parameters");
  return std::nullopt;
}

std::optional<RpcError> CheckHeadersAgree(const McpHeaders& headers, const Message& message,
                                          std::string_view version) {
  if (headers.protocol_version && *headers.protocol_version != version) {
    return HeaderMismatch("MCP-Protocol-Version", "differs from the request's _meta");
  }
  if (headers.method && *headers.method != message.method) {
    return HeaderMismatch("Mcp-Method", "differs from the request's method");
  }
  if (headers.name) return CheckNameHeader(*headers.name, message);
  return std::nullopt;
}

std::optional<RpcError> CheckHeadersPresent(const McpHeaders& headers, const Message& message) {
  if (!headers.protocol_version) return HeaderMismatch("MCP-Protocol-Version", "is missing");
  if (!headers.method) return HeaderMismatch("Mcp-Method", "is missing");
  if (!headers.name && FindNamedParameter(message).value)
    return HeaderMismatch("Mcp-Name", "is missing");
  return std::nullopt;
}

std::string_view EnvelopeVersion(const Message& message) {
  return json::GetString(*MetaOf(message.params), kMetaProtocolVersion).value_or("");
}

// A request that has the envelope's key. The order of the checks is the official SDK's.
std::optional<RpcError> CheckModernRequest(const McpHeaders& headers, const Message& message) {
  if (auto error = CheckEnvelope(message.params)) return error;
  const std::string_view version = EnvelopeVersion(message);
  if (auto error = CheckHeadersAgree(headers, message, version)) return error;
  if (version != RevisionName(kModernRevision)) return UnsupportedVersion(version);
  return CheckHeadersPresent(headers, message);
}

EraDecision Modern(std::optional<RpcError> refusal) { return {Era::kModern, std::move(refusal)}; }

bool IsModernElement(const Element& element) {
  const auto* message = std::get_if<Message>(&element);
  return message != nullptr && HasEnvelopeKey(*message);
}

bool IsInitialize(const Element& element) {
  const auto* message = std::get_if<Message>(&element);
  return message != nullptr && message->method == "initialize";
}

}  // namespace

std::optional<RpcError> CheckEnvelope(const json::Json& params) {
  const json::Json* meta = MetaOf(params);
  if (meta == nullptr) {
    return MakeError(Fault::kEnvelope, "Invalid params: the request needs a _meta object");
  }
  if (!json::GetString(*meta, kMetaProtocolVersion)) {
    return EnvelopeError(kMetaProtocolVersion, "must be a string");
  }
  if (json::FindObject(*meta, kMetaClientCapabilities) == nullptr) {
    return EnvelopeError(kMetaClientCapabilities, "must be an object");
  }
  if (const json::Json* info = json::Find(*meta, kMetaClientInfo)) {
    if (!json::GetString(*info, "name") || !json::GetString(*info, "version")) {
      return EnvelopeError(kMetaClientInfo, "must have name and version, both strings");
    }
  }
  if (const json::Json* level = json::Find(*meta, kMetaLogLevel)) {
    if (!level->is_string() || !LogSeverity(level->get_ref<const std::string&>()))
      return EnvelopeError(kMetaLogLevel, "must be a logging level");
  }
  return std::nullopt;
}

EraDecision DecideEra(const McpHeaders& headers, const Message& message) {
  const bool modern_header = HeaderNamesModernEra(headers);
  switch (message.kind) {
    case Message::Kind::kResponse:
      if (!modern_header) return {};
      return Modern(MakeError(Fault::kInvalidRequest,
                              "Invalid Request: this revision has no responses from clients"));
    case Message::Kind::kNotification:
      // The header rules speak of requests only.
      return {modern_header || HasEnvelopeKey(message) ? Era::kModern : Era::kLegacy, std::nullopt};
    case Message::Kind::kRequest:
      break;
  }
  if (HasEnvelopeKey(message)) return Modern(CheckModernRequest(headers, message));
  if (!modern_header) return {};
  if (message.method == "initialize") {
    return Modern(HeaderMismatch("MCP-Protocol-Version", "names a revision without initialize"));
  }
  auto error = CheckEnvelope(message.params);
  return Modern(std::move(error));
}

EraDecision DecideBatchEra(const McpHeaders& headers, const Decoded& decoded,
                           std::optional<Revision> negotiated) {
  const auto& elements = decoded.elements;
  const bool modern = HeaderNamesModernEra(headers) ||
                      std::any_of(elements.begin(), elements.end(), IsModernElement);
  if (modern) {
    return Modern(MakeError(Fault::kInvalidRequest, "Invalid Request: batches are not supported"));
  }
  auto [revision, refusal] = DecideLegacyRevision(headers.protocol_version, negotiated);
  if (refusal) return {Era::kLegacy, std::move(refusal)};
  if (revision > Revision::k2025_03_26) {
    std::string message =
        "Invalid Request: revision " + std::string(RevisionName(revision)) + " has no batches";
    return {Era::kLegacy, MakeError(Fault::kInvalidRequest, std::move(message))};
  }
  if (std::any_of(elements.begin(), elements.end(), IsInitialize)) {
    return {Era::kLegacy, MakeError(Fault::kInvalidRequest,
                                    "Invalid Request: initialize must not be part of a batch")};
  }
  return {};
}

RevisionDecision DecideLegacyRevision(std::optional<std::string_view> header,
                                      std::optional<Revision> negotiated) {
  if (!header) return {negotiated.value_or(kAssumedRevision), std::nullopt};
  const auto revision = FindRevision(*header);
  if (revision && EraOf(*revision) == Era::kLegacy) return {*revision, std::nullopt};
  return {kAssumedRevision,
          MakeError(Fault::kLegacyVersion, "Bad Request: unsupported MCP-Protocol-Version")};
}

StdioDecision DecideStdioEra(StdioEra connection, const Message& message) {
  const bool request = message.kind == Message::Kind::kRequest;
  if (connection == StdioEra::kLegacy || !request) {
    const Era era = connection == StdioEra::kModern ? Era::kModern : Era::kLegacy;
    return {{era, std::nullopt}, connection};
  }
  if (HasEnvelopeKey(message)) {
    auto error = CheckEnvelope(message.params);
    if (!error && EnvelopeVersion(message) != RevisionName(kModernRevision)) {
      error = UnsupportedVersion(EnvelopeVersion(message));
    }
    // server/discover is how a client finds out; it commits to nothing.
    const bool pins = !error && message.method != "server/discover";
    return {Modern(std::move(error)), pins ? StdioEra::kModern : connection};
  }
  if (connection == StdioEra::kModern) {
    if (message.method != "initialize") return {Modern(CheckEnvelope(message.params)), connection};
    const auto asked = json::GetString(message.params, "protocolVersion");
    return {Modern(UnsupportedVersion(asked.value_or(""))), connection};
  }
  const bool pins = message.method == "initialize";
  return {{}, pins ? StdioEra::kLegacy : connection};
}

}  // namespace bw::gateway
