// What became of a request whose answer was lost: the API is asked for what it has, and what was
// sent is recognised in it, or not. Nothing is ever sent again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/json/json.h"
#include "tool-service/core/stop_gate.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// Where a value of a question to a listing, or of a comparison with one of its entries, is from.
enum class LookSource {
  /// The argument at a JSON pointer, in which "*" stands for every element of an array.
  kArgument,
  /// The row's own text or number.
  kText,
  kNumber,
  /// When it was sent, less a margin: ISO 8601; a day before it, and a day after it: yy-mm-dd.
  kSentTime,
  kDayBefore,
  kDayAfter,
};

struct LookValue {
  /// Of the listing's argument, or of the entry's member.
  std::string_view name;
  LookSource source = LookSource::kArgument;
  std::string_view text = {};
  int number = 0;
};

/// How one tool that creates something is found out about.
struct LookRow {
  std::string_view tool;
  /// The listing and its arguments. Those without a value are left out.
  std::string_view list_tool;
  std::vector<LookValue> list_arguments;
  /// An entry is an object, wherever it stands in the answer, that has one of these ids …
  std::vector<std::string_view> id_members;
  /// … was made after ours was sent, according to the first of these that it has …
  std::vector<std::string_view> time_members;
  /// … and has all of these.
  std::vector<LookValue> matches;
  /// The argument that the API hands back, and by which ours is recognised for certain; empty:
  /// there is none.
  std::string_view reference = {};
  /// Where entries do not repeat the reference: the tool that shows one, and its argument for the
  /// id.
  std::string_view detail_tool = {};
  std::string_view detail_argument = {};
  /// What the tool itself calls the id in its result.
  std::string_view result_id;
};

/// Sorted by tool.
const std::vector<LookRow>& LookRows();
/// nullptr when nothing can be found out.
const LookRow* FindLookRow(std::string_view tool);

/// What was sent.
struct LostCall {
  const LookRow* row = nullptr;
  /// Complete: defaults filled in.
  json::Json arguments;
  /// Milliseconds since the Unix epoch.
  std::int64_t sent_ms = 0;
  /// Nobody else uses the reference, so that the time need not be compared.
  bool is_own_reference = false;
};

struct LookFinding {
  bool happened = false;
  /// When it happened.
  std::string id;
  json::Json entry;
  /// When it is not known: what was looked at and what came of it, in words.
  std::string why_unknown;
};

/// The arguments for the row's listing.
json::Json LookArguments(const LostCall& lost);

/// The entries of a listing's answer that can be ours, an id once.
struct LookMatch {
  std::string id;
  json::Json entry;
  /// The entry does not say; its details do.
  bool needs_detail = false;
};
std::vector<LookMatch> MatchEntries(const LostCall& lost, const json::Json& answer);

/// Thread-safe. What it is given outlives it.
class Reconciler {
 public:
  /// Looks at most, and the pauses before them: what was just made is not always listed at once.
  static constexpr std::size_t kMaxLooks = 3;
  static constexpr std::chrono::milliseconds kPauses[kMaxLooks] = {
      std::chrono::milliseconds(500), std::chrono::milliseconds(1'500),
      std::chrono::milliseconds(3'000)};
  /// One look waits no longer for the API.
  static constexpr std::chrono::milliseconds kLookTimeout{10'000};
  /// Entries whose details are asked for in one look.
  static constexpr std::size_t kMaxDetails = 5;
  /// The API's clock may be this far behind ours.
  static constexpr std::int64_t kClockMarginMs = 2'000;

  /// The tool of that name in the catalogue, or nullptr.
  using FindTool = std::function<std::shared_ptr<Tool>(std::string_view name)>;
  using Done = std::function<void(LookFinding)>;

  /// Once `gate` is stopped nothing it was given is used any more, but the gate.
  Reconciler(FindTool find_tool, Scheduler& scheduler, const Clock& clock, StopGate& gate)
      : find_tool_(std::move(find_tool)), scheduler_(scheduler), clock_(clock), gate_(gate) {}

  /// Looks until it is found or the looks or the deadline of `context` are used up; its on_cancel
  /// ends the looking. `done` runs exactly once, on any thread, perhaps before this returns.
  void Look(LostCall lost, CallContext context, Done done) const;

 private:
  const FindTool find_tool_;
  Scheduler& scheduler_;
  const Clock& clock_;
  StopGate& gate_;
};

}  // namespace bw::tool_service
