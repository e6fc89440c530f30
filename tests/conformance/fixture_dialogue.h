// Questions a fixture asks before it answers. What was asked and answered so far travels in
// request_state alone, so that any process can serve any round.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bw/tool_service/v1/tool_service.pb.h"
#include "common/json/json.h"

namespace bw::conformance {

struct Dialogue {
  /// What each round asks: {"key": {"method": …, "params": …}}.
  std::vector<json::Json> rounds;
  /// Hand out a request_state in the first round too, where none is needed.
  bool always_keeps_state = false;
};

/// The next thing to ask, or nullopt once every round is answered; `answers` then holds all of
/// them by key. A round that was not answered in full, or not in the form its method promises, is
/// asked again; answers nobody asked for are ignored.
std::optional<bw::tool_service::v1::InputRequired> NextQuestion(
    const Dialogue& dialogue, const bw::tool_service::v1::CallContext& context,
    json::Json& answers);

/// A round with one question.
json::Json Round(const std::string& key, const json::Json& question);

json::Json ElicitationOf(const std::string& message, const json::Json& requested_schema);
json::Json SamplingOf(const std::string& prompt, int max_tokens);
json::Json RootsListing();
/// {"type": "object", "properties": {name: {"type": type}}, "required": [name]}
json::Json FormWith(const std::string& name, const std::string& type);

}  // namespace bw::conformance
