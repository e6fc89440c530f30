#include "tool-service/core/reconciliation.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace bw::tool_service {
namespace {

using json::Json;
using std::chrono::milliseconds;

constexpr std::int64_t kDayMs = 24ll * 60 * 60 * 1000;

// Numbers where an API writes an id without quotes.
std::string TextOf(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_primitive() && !value.is_null() ? json::Dump(value) : std::string();
}

void Collect(const Json& value, std::string_view pointer, std::vector<Json>& found) {
  if (pointer.empty()) {
    if (!value.is_null()) found.push_back(value);
    return;
  }
  const auto end = std::min(pointer.find('/', 1), pointer.size());
  const std::string_view step = pointer.substr(1, end - 1);
  const std::string_view rest = pointer.substr(end);
  if (value.is_array() && step == "*") {
    for (const Json& element : value) Collect(element, rest, found);
  } else if (value.is_array() && step == "0" && !value.empty()) {
    Collect(value[0], rest, found);
  } else if (const Json* member = json::Find(value, step)) {
    Collect(*member, rest, found);
  }
}

// "2026-03-02T10:15:30.120Z" → "26-03-02"
std::string ShortDay(std::int64_t time_ms) { return FormatIso8601(time_ms).substr(2, 8); }

// Of kArgument none, one or several.
std::vector<Json> ValuesOf(const LookValue& value, const LostCall& lost) {
  std::vector<Json> values;
  switch (value.source) {
    case LookSource::kArgument:
      Collect(lost.arguments, value.text, values);
      break;
    case LookSource::kText:
      values.emplace_back(value.text);
      break;
    case LookSource::kNumber:
      values.emplace_back(value.number);
      break;
    case LookSource::kSentTime:
      values.emplace_back(FormatIso8601(lost.sent_ms - Reconciler::kClockMarginMs));
      break;
    case LookSource::kDayBefore:
      values.emplace_back(ShortDay(lost.sent_ms - kDayMs));
      break;
    case LookSource::kDayAfter:
      values.emplace_back(ShortDay(lost.sent_ms + kDayMs));
      break;
  }
  return values;
}

const Json* FirstOf(const Json& entry, const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    const Json* member = json::Find(entry, name);
    if (member != nullptr && !member->is_null()) return member;
  }
  return nullptr;
}

bool IsAfterSending(const LostCall& lost, const Json& entry) {
  const Json* time = FirstOf(entry, lost.row->time_members);
  if (time == nullptr || !time->is_string()) return false;
  const auto made = ParseIso8601(time->get_ref<const std::string&>());
  return made.ok() && *made >= lost.sent_ms - Reconciler::kClockMarginMs;
}

enum class Fit { kNo, kYes, kNotSaid };

Fit Compare(const LostCall& lost, const LookValue& match, const Json& entry) {
  const Json* member = json::Find(entry, match.name);
  if (member == nullptr || member->is_null()) {
    return match.name == lost.row->reference ? Fit::kNotSaid : Fit::kNo;
  }
  const std::vector<Json> wanted = ValuesOf(match, lost);
  const bool is_among = std::any_of(wanted.begin(), wanted.end(), [&](const Json& value) {
    return TextOf(value) == TextOf(*member);
  });
  return is_among ? Fit::kYes : Fit::kNo;
}

Fit FitOf(const LostCall& lost, const Json& entry) {
  if (!lost.is_own_reference && !IsAfterSending(lost, entry)) return Fit::kNo;
  Fit fit = Fit::kYes;
  for (const LookValue& match : lost.row->matches) {
    const Fit one = Compare(lost, match, entry);
    if (one == Fit::kNo) return Fit::kNo;
    if (one == Fit::kNotSaid) fit = Fit::kNotSaid;
  }
  return fit;
}

void CollectMatches(const LostCall& lost, const Json& value, std::vector<LookMatch>& matches) {
  if (const Json* id = value.is_object() ? FirstOf(value, lost.row->id_members) : nullptr) {
    const Fit fit = FitOf(lost, value);
    const std::string text = TextOf(*id);
    const bool is_new = std::none_of(matches.begin(), matches.end(),
                                     [&](const LookMatch& match) { return match.id == text; });
    if (fit != Fit::kNo && is_new && !text.empty()) {
      matches.push_back({text, value, fit == Fit::kNotSaid});
    }
    return;
  }
  if (!value.is_structured()) return;
  for (const Json& member : value) CollectMatches(lost, member, matches);
}

// Whether a member of that name, wherever it stands, says `text`.
bool SaysAnywhere(const Json& value, std::string_view name, const std::string& text) {
  if (!value.is_structured()) return false;
  if (const Json* member = json::Find(value, name); member != nullptr && TextOf(*member) == text) {
    return true;
  }
  return std::any_of(value.begin(), value.end(),
                     [&](const Json& member) { return SaysAnywhere(member, name, text); });
}

// A listing that is an array is in the result's text only.
std::optional<Json> AnswerOf(const StatusOr<ToolOutcome>& outcome) {
  const auto* result = outcome.ok() ? std::get_if<ToolResult>(&*outcome) : nullptr;
  if (result == nullptr || result->is_error) return std::nullopt;
  if (result->structured) return result->structured;
  if (result->content.empty()) return std::nullopt;
  StatusOr<Json> parsed = json::Parse(result->content.front().text);
  if (!parsed.ok()) return std::nullopt;
  return *std::move(parsed);
}

// One LostCall being looked for.
class Search : public std::enable_shared_from_this<Search> {
 public:
  Search(Reconciler::FindTool find_tool, Scheduler& scheduler, const Clock& clock, StopGate& gate,
         LostCall lost, CallContext context, Reconciler::Done done)
      : find_tool_(std::move(find_tool)),
        scheduler_(scheduler),
        clock_(clock),
        gate_(gate),
        lost_(std::move(lost)),
        context_(std::move(context)),
        done_(std::move(done)),
        list_arguments_(LookArguments(lost_)) {}

  void Begin() {
    if (context_.on_cancel) {
      // Weak: the caller may keep its list of cancellations for longer than this runs.
      context_.on_cancel([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Cancel();
      });
    }
    PauseBeforeNext();
  }

 private:
  void PauseBeforeNext() {
    const auto pass = gate_.Enter();
    if (!pass) return FinishUnknown();
    if (looks_ == Reconciler::kMaxLooks || !HasTimeFor(Reconciler::kPauses[looks_])) {
      return FinishUnknown();
    }
    {
      const std::lock_guard lock(mutex_);
      if (!cancelled_) {
        timer_ = scheduler_.After(Reconciler::kPauses[looks_],
                                  [self = shared_from_this()] { self->LookNow(); });
        return;
      }
    }
    FinishUnknown();
  }

  void Cancel() {
    const auto pass = gate_.Enter();
    if (!pass) return;
    Scheduler::Id timer = 0;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      timer = timer_;
    }
    // What is under way ends by itself, and sees that it was cancelled.
    if (timer != 0 && scheduler_.Cancel(timer)) FinishUnknown();
  }

  bool HasTimeFor(milliseconds pause) const { return context_.deadline - clock_.Steady() > pause; }

  CallContext ContextOfLook() const {
    CallContext context = context_;
    context.report_progress = nullptr;
    context.input_responses = Json::object();
    context.request_state.clear();
    context.deadline = std::min(context.deadline, clock_.Steady() + Reconciler::kLookTimeout);
    return context;
  }

  void LookNow() {
    const auto pass = gate_.Enter();
    if (!pass) return FinishUnknown();
    ++looks_;
    const std::shared_ptr<Tool> list = find_tool_(lost_.row->list_tool);
    if (list == nullptr) {
      problem_ = std::string(lost_.row->list_tool) + " is not loaded";
      return FinishUnknown();
    }
    // The tool lives until it has answered.
    list->Call(list_arguments_, ContextOfLook(),
               [self = shared_from_this(), list](StatusOr<ToolOutcome> outcome) {
                 self->OnListed(AnswerOf(outcome));
               });
  }

  void OnListed(const std::optional<Json>& answer) {
    if (!answer) {
      problem_ = std::string(lost_.row->list_tool) + " failed";
      return PauseBeforeNext();
    }
    problem_.clear();
    found_.clear();
    undecided_.clear();
    for (LookMatch& match : MatchEntries(lost_, *answer)) {
      (match.needs_detail ? undecided_ : found_).push_back(std::move(match));
    }
    if (undecided_.size() > Reconciler::kMaxDetails) {
      undecided_.clear();
      problem_ = "there are too many new orders to look at each";
    }
    Decide();
  }

  // Asks for the details that are missing, one after the other.
  void Decide() {
    if (undecided_.empty()) return Conclude();
    const auto pass = gate_.Enter();
    if (!pass) return FinishUnknown();
    const std::shared_ptr<Tool> detail = find_tool_(lost_.row->detail_tool);
    if (detail == nullptr) {
      undecided_.clear();
      problem_ = std::string(lost_.row->detail_tool) + " is not loaded";
      return Conclude();
    }
    LookMatch match = std::move(undecided_.back());
    undecided_.pop_back();
    Json arguments = {{std::string(lost_.row->detail_argument), match.id}};
    if (const Json* account = json::Find(lost_.arguments, "accountId")) {
      arguments["accountId"] = *account;
    }
    detail->Call(std::move(arguments), ContextOfLook(),
                 [self = shared_from_this(), detail,
                  match = std::move(match)](StatusOr<ToolOutcome> outcome) mutable {
                   self->OnDetail(std::move(match), AnswerOf(outcome));
                 });
  }

  void OnDetail(LookMatch match, const std::optional<Json>& answer) {
    const std::string reference = json::StringOr(lost_.arguments, lost_.row->reference);
    if (!answer) {
      problem_ = std::string(lost_.row->detail_tool) + " failed";
    } else if (SaysAnywhere(*answer, lost_.row->reference, reference)) {
      found_.push_back(std::move(match));
    }
    Decide();
  }

  void Conclude() {
    if (found_.size() == 1 && problem_.empty()) {
      return Finish({true, found_.front().id, std::move(found_.front().entry), ""});
    }
    // More of them will not become fewer.
    if (found_.size() > 1) return FinishUnknown();
    PauseBeforeNext();
  }

  std::string WhyUnknown() const {
    const std::string listing =
        std::string(lost_.row->list_tool) + " " + json::Dump(list_arguments_);
    if (found_.size() > 1) {
      std::string ids;
      for (const LookMatch& match : found_) ids += (ids.empty() ? "" : ", ") + match.id;
      return "Several look like it (" + ids + "), in " + listing + ".";
    }
    if (looks_ == 0) return "There was no time left to look with " + listing + ".";
    const std::string times = looks_ == 1 ? "once" : std::to_string(looks_) + " times";
    if (!problem_.empty()) return "Looked " + times + ", but " + problem_ + ": " + listing + ".";
    return "Looked " + times + " and did not find it with " + listing + ".";
  }

  void FinishUnknown() { Finish({false, "", nullptr, WhyUnknown()}); }

  void Finish(LookFinding finding) {
    if (!finished_.exchange(true)) std::exchange(done_, nullptr)(std::move(finding));
  }

  const Reconciler::FindTool find_tool_;
  Scheduler& scheduler_;
  const Clock& clock_;
  StopGate& gate_;
  const LostCall lost_;
  const CallContext context_;
  Reconciler::Done done_;
  const Json list_arguments_;
  // Each step follows the one before it, so these need no lock.
  std::size_t looks_ = 0;
  std::string problem_;
  std::vector<LookMatch> found_;
  std::vector<LookMatch> undecided_;
  std::atomic<bool> finished_ = false;
  std::mutex mutex_;  // guards timer_, cancelled_
  Scheduler::Id timer_ = 0;
  bool cancelled_ = false;
};

}  // namespace

Json LookArguments(const LostCall& lost) {
  Json arguments = Json::object();
  for (const LookValue& value : lost.row->list_arguments) {
    std::vector<Json> values = ValuesOf(value, lost);
    if (!values.empty()) arguments[std::string(value.name)] = std::move(values.front());
  }
  return arguments;
}

std::vector<LookMatch> MatchEntries(const LostCall& lost, const Json& answer) {
  std::vector<LookMatch> matches;
  CollectMatches(lost, answer, matches);
  return matches;
}

void Reconciler::Look(LostCall lost, CallContext context, Done done) const {
  std::make_shared<Search>(find_tool_, scheduler_, clock_, gate_, std::move(lost),
                           std::move(context), std::move(done))
      ->Begin();
}

}  // namespace bw::tool_service
