// JSON-RPC decoding and the era decision: the first byte picks headers, the rest is the body. Every
// body ends in messages that are dispatchable or in errors with an encoding that parses.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/core/era.h"
#include "gateway/core/jsonrpc.h"

namespace {

using bw::gateway::Decoded;
using bw::gateway::McpHeaders;

constexpr std::string_view kVersions[] = {"2026-07-28", "2025-06-18", "2025-03-26", "v999"};

McpHeaders HeadersOf(std::uint8_t seed) {
  McpHeaders headers;
  if (seed & 1) headers.protocol_version = kVersions[seed >> 1 & 3];
  if (seed & 8) headers.method = "tools/call";
  if (seed & 16) headers.name = "=?base64?ZWNobw==?=";
  return headers;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckError(const std::optional<bw::gateway::RequestId>& id,
                const bw::gateway::RpcError& error) {
  Require(error.code < 0 && error.http_status >= 400);
  Require(bw::json::Parse(bw::gateway::EncodeError(id, error)).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const McpHeaders headers = HeadersOf(data[0]);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Decoded decoded = bw::gateway::Decode(body);
  Require(!decoded.elements.empty());
  if (decoded.batch) {
    const auto decision = bw::gateway::DecideBatchEra(headers, decoded, std::nullopt);
    if (decision.refusal) CheckError(std::nullopt, *decision.refusal);
  }
  for (const auto& element : decoded.elements) {
    if (const auto* malformed = std::get_if<bw::gateway::Malformed>(&element)) {
      CheckError(malformed->id, malformed->error);
      continue;
    }
    const auto& message = std::get<bw::gateway::Message>(element);
    if (message.kind == bw::gateway::Message::Kind::kRequest) Require(message.id.has_value());
    if (message.kind == bw::gateway::Message::Kind::kResponse) {
      Require(message.result.is_object() != message.error.is_object());
      Require(message.result.is_null() != message.error.is_null());
    }
    const auto decision = bw::gateway::DecideEra(headers, message);
    if (decision.refusal) CheckError(message.id, *decision.refusal);
    for (const auto era : {bw::gateway::StdioEra::kUndecided, bw::gateway::StdioEra::kModern}) {
      const auto stdio = bw::gateway::DecideStdioEra(era, message);
      if (stdio.decision.refusal) CheckError(message.id, *stdio.decision.refusal);
    }
  }
  return 0;
}
