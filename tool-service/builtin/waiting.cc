#include "tool-service/builtin/waiting.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "tool-service/builtin/builtin_tools.h"

namespace bw::tool_service {
namespace {

// Left of the caller's time for the answer to travel.
constexpr std::chrono::milliseconds kAnswerMargin{500};

}  // namespace

json::Json WaitSecondsSchema(std::string_view description) {
  return {{"type", "number"},
          {"minimum", 0},
          {"maximum", kMaxWaitSeconds},
          {"default", 0},
          {"description", description}};
}

std::uint32_t WaitMs(const json::Json& arguments, const CallContext& context, const Clock& clock) {
  const double seconds = json::GetNumber(arguments, "wait_seconds").value_or(0);
  const auto wanted = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  if (context.deadline == std::chrono::steady_clock::time_point::max()) return wanted.count();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      context.deadline - clock.Steady() - kAnswerMargin);
  return std::max<std::int64_t>(0, std::min(wanted, left).count());
}

void ReportWaiting(const CallContext& context, std::string message) {
  if (!context.report_progress) return;
  Progress progress;
  progress.message = std::move(message);
  context.report_progress(progress);
}

}  // namespace bw::tool_service
