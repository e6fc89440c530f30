// The scripted conversation: what an agent does on the phone, step by step, against a running
// stack. The demo prints it, the end-to-end test checks it.
#pragma once

#include <string>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::e2e {

struct Step {
  /// What the agent did and heard: "the caller pressed 1".
  std::string what;
  /// From asking to knowing, as the agent measures it.
  double took_ms = 0;
};

struct Report {
  std::vector<Step> steps;
  /// The sandbox's record of the call: every webhook with its latency, every verb.
  json::Json timeline;
  /// Everything that was not as it should be; empty when all is well.
  std::vector<std::string> problems;
};

/// Where the agent finds its phone, and the script its caller.
struct Endpoints {
  std::string mcp_url;
  /// Empty: no authentication.
  std::string mcp_token;
  std::string sandbox_url;
};

/// Holds one conversation: finds number and application, places a call, queues a greeting before
/// the answer, answers three key presses, hangs up, sends a text and reads the reply. Errors of a
/// step end it and are among the problems.
Report HoldConversation(const Endpoints& endpoints);

/// The report as text for a terminal.
std::string Render(const Report& report);

}  // namespace bw::e2e
