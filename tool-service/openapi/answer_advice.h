// What an API's refusal means and what the agent should do next.
#pragma once

#include <string>
#include <string_view>

namespace bw::tool_service {

struct Advice {
  std::string_view meaning;
  std::string_view next_step;
};

/// For an answer with `status` (outside 2xx) and `body`: the row whose code or words the body
/// holds, else the row of the status alone. Never empty.
Advice AdviceFor(int status, std::string_view body);

}  // namespace bw::tool_service
