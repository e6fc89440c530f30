#include "tool-service/core/once_tool.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "tool-service/core/once_entry.h"
#include "tool-service/core/registry.h"

namespace bw::tool_service {
namespace {

using json::Json;
using std::chrono::milliseconds;
using State = OnceEntry::State;

constexpr std::string_view kNothingSent = "Nothing was sent.";

ToolDefinition WithKey(ToolDefinition definition) {
  definition.input_schema["properties"][std::string(kIdempotencyKey)] = {
      {"type", "string"},
      {"minLength", 1},
      {"maxLength", kMaxIdempotencyKeyBytes},
      {"description",
       "Any text that names this one intention. Repeating the call with it, after a timeout for "
       "example, returns the first result for 24 hours instead of doing it again."}};
  return definition;
}

// The key, taken out of the arguments; empty when there is none.
StatusOr<std::string> TakeKey(Json& arguments) {
  const auto found = arguments.find(kIdempotencyKey);
  if (found == arguments.end()) return std::string();
  const Json key = *found;
  arguments.erase(found);
  if (key.is_null()) return std::string();
  const bool fits = key.is_string() && !key.get_ref<const std::string&>().empty() &&
                    key.get_ref<const std::string&>().size() <= kMaxIdempotencyKeyBytes;
  if (fits) return key.get<std::string>();
  return InvalidArgument(std::string(kIdempotencyKey) + ": must be a text of 1 to " +
                         std::to_string(kMaxIdempotencyKeyBytes) + " bytes");
}

std::string WithoutLineBreaks(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

bool IsOnceTool(std::string_view tool) { return FindLookRow(tool) != nullptr; }

// One call on its way.
class OnceCall : public std::enable_shared_from_this<OnceCall> {
 public:
  OnceCall(std::shared_ptr<OnceTool> tool, Json arguments, std::string key, CallContext context,
           Tool::Done done)
      : tool_(std::move(tool)),
        ports_(*tool_->ports_),
        arguments_(std::move(arguments)),
        context_(std::move(context)),
        done_(std::move(done)) {
    if (!key.empty()) {
      store_key_ = OnceStoreKey(tool_->definition().name, context_.principal, key);
      entry_.arguments_digest = DigestOf(arguments_);
    }
    AddReference();
  }

  void Begin() {
    if (store_key_.empty()) return Run();
    if (context_.on_cancel) {
      // Weak: the caller may keep its list of cancellations for longer than this runs.
      context_.on_cancel([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Cancel();
      });
    }
    Claim();
  }

 private:
  void AddReference() {
    const std::string name(tool_->row_.reference);
    if (name.empty()) return;
    const Json* given = json::Find(arguments_, name);
    if (given != nullptr && !given->is_null()) return;
    entry_.reference = ports_.new_reference();
  }

  Json ArgumentsToSend() const {
    Json arguments = arguments_;
    if (!entry_.reference.empty()) {
      arguments[std::string(tool_->row_.reference)] = entry_.reference;
    }
    return arguments;
  }

  milliseconds TimeLeft() const {
    if (context_.deadline == std::chrono::steady_clock::time_point::max()) return kLongestOnceCall;
    return std::chrono::duration_cast<milliseconds>(context_.deadline - ports_.clock.Steady());
  }

  // Of what must be kept although the caller has gone or its time is over.
  CallContext StoreContext() const {
    CallContext context;
    context.tenant = context_.tenant;
    context.request_id = context_.request_id;
    context.traceparent = context_.traceparent;
    return context;
  }

  // --- the key ---

  void Claim() {
    const auto pass = ports_.gate.Enter();
    if (!pass) return Stopping();
    entry_.state = State::kPending;
    entry_.begun_ms = ports_.clock.NowMs();
    entry_.until_ms = entry_.begun_ms + (TimeLeft() + kOnceMargin).count();
    ports_.journal.PutValue(
        context_, {store_key_, WriteOnceEntry(entry_), kOnceTimeToLive, true},
        [self = shared_from_this()](StatusOr<ValueOutcome> outcome) { self->OnClaimed(outcome); });
  }

  void Stopping() {
    done_(ErrorResult("The service is stopping. " + std::string(kNothingSent) +
                      "\nNext: repeat with the same key in a moment."));
  }

  void OnClaimed(const StatusOr<ValueOutcome>& outcome) {
    const auto pass = ports_.gate.Enter();
    if (!pass) return Stopping();
    if (!outcome.ok()) {
      return done_(ErrorResult(
          "The idempotency_key could not be kept: " + std::string(Message(outcome.status())) +
          "\n" + std::string(kNothingSent) +
          "\nNext: repeat with the same key in a moment; or leave the key out, then nothing keeps "
          "a repetition from being carried out again."));
    }
    if (outcome->stored) return Run();
    StatusOr<OnceEntry> first = ReadOnceEntry(outcome->value);
    if (!first.ok()) {
      return done_(ErrorResult("idempotency_key: " + std::string(Message(first.status())) + ". " +
                               std::string(kNothingSent) +
                               "\nNext: look whether it was done before, then use another key."));
    }
    OnTaken(*std::move(first));
  }

  void OnTaken(OnceEntry first) {
    if (first.arguments_digest != entry_.arguments_digest) {
      return done_(ErrorResult("idempotency_key: was used with other arguments at " +
                               FormatIso8601(first.begun_ms) + ". " + std::string(kNothingSent) +
                               "\nNext: repeat exactly what was called then, or use a key of its "
                               "own for something new."));
    }
    if (first.state == State::kDone) return Repeat(std::move(first));
    const bool is_gone = ports_.clock.NowMs() >= first.until_ms;
    if (first.state == State::kPending && !is_gone) return WaitForOther();
    // Whoever sent it knows no more, or is no more.
    entry_ = std::move(first);
    Reconcile("The first call with this idempotency_key did not learn what came of it.");
  }

  void Repeat(OnceEntry first) {
    ports_.observer.OnCertainty(CertaintyEvent::kRepeated);
    ToolResult result = std::move(first.result);
    result.content.push_back(
        TextContent("Repeated: this is the result of the call with this idempotency_key at " +
                    FormatIso8601(first.begun_ms) + ". Nothing was sent now."));
    done_(std::move(result));
  }

  // Claims again after a while: then there is a result, or the key was given back.
  void WaitForOther() {
    {
      const std::lock_guard lock(mutex_);
      if (!cancelled_ && TimeLeft() > kOncePollPause) {
        timer_ =
            ports_.scheduler.After(kOncePollPause, [self = shared_from_this()] { self->Claim(); });
        return;
      }
    }
    EndWaiting();
  }

  void EndWaiting() {
    done_(ErrorResult("A call with this idempotency_key is still under way elsewhere. " +
                      std::string(kNothingSent) +
                      "\nNext: repeat with the same key to get its result."));
  }

  void Cancel() {
    const auto pass = ports_.gate.Enter();
    if (!pass) return;
    Scheduler::Id timer = 0;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      timer = timer_;
    }
    if (timer != 0 && ports_.scheduler.Cancel(timer)) EndWaiting();
  }

  // --- the call ---

  void Run() {
    entry_.begun_ms = ports_.clock.NowMs();
    CallContext context = context_;
    if (context.deadline != std::chrono::steady_clock::time_point::max()) {
      context.deadline -= std::min(kMaxLookReserve, std::max(TimeLeft(), milliseconds(0)) / 4);
    }
    tool_->tool_->Call(ArgumentsToSend(), std::move(context),
                       [self = shared_from_this()](StatusOr<ToolOutcome> outcome) {
                         self->OnAnswered(std::move(outcome));
                       });
  }

  void OnAnswered(StatusOr<ToolOutcome> outcome) {
    const auto pass = ports_.gate.Enter();
    if (!pass) return done_(std::move(outcome));
    auto* result = outcome.ok() ? std::get_if<ToolResult>(&*outcome) : nullptr;
    if (result == nullptr || (result->is_error && !result->effect_unknown)) {
      return GiveKeyBack(std::move(outcome));
    }
    if (!result->is_error) return Keep(State::kDone, std::move(*result));
    Reconcile(result->content.empty() ? "The answer was lost." : result->content.front().text);
  }

  // Nothing happened, for certain: the same key may be used for another try.
  void GiveKeyBack(StatusOr<ToolOutcome> outcome) {
    if (store_key_.empty()) return done_(std::move(outcome));
    ports_.journal.PutValue(
        StoreContext(), {store_key_},
        [self = shared_from_this(), outcome = std::move(outcome)](
            const StatusOr<ValueOutcome>&) mutable { self->done_(std::move(outcome)); });
  }

  void Keep(State state, ToolResult result) {
    const auto pass = ports_.gate.Enter();
    if (store_key_.empty() || !pass) return done_(std::move(result));
    entry_.state = state;
    entry_.result = result;
    ports_.journal.PutValue(
        StoreContext(), {store_key_, WriteOnceEntry(entry_), kOnceTimeToLive},
        [self = shared_from_this(),
         result = std::move(result)](const StatusOr<ValueOutcome>& kept) mutable {
          if (!kept.ok() && !result.is_error) {
            result.content.push_back(TextContent(
                "This result could not be kept under the idempotency_key; a repetition with it "
                "will look for it at the API instead."));
          }
          self->done_(std::move(result));
        });
  }

  // --- what became of it ---

  void Reconcile(std::string reason) {
    auto filled = [self = shared_from_this(),
                   reason = std::move(reason)](StatusOr<Json> arguments) mutable {
      self->Look(arguments.ok() ? *std::move(arguments) : self->ArgumentsToSend(),
                 std::move(reason));
    };
    if (ports_.defaults == nullptr) return filled(ArgumentsToSend());
    ports_.defaults->Fill(tool_->definition().name, tool_->tool_->definition().input_schema,
                          ArgumentsToSend(), context_, std::move(filled));
  }

  void Look(Json arguments, std::string reason) {
    LostCall lost{&tool_->row_, std::move(arguments), entry_.begun_ms, !entry_.reference.empty()};
    ports_.reconciler.Look(
        std::move(lost), context_,
        [self = shared_from_this(), reason = std::move(reason)](LookFinding finding) {
          self->OnLooked(reason, std::move(finding));
        });
  }

  void OnLooked(const std::string& reason, LookFinding finding) {
    ports_.observer.OnCertainty(finding.happened ? CertaintyEvent::kFound
                                                 : CertaintyEvent::kUnknown);
    if (!finding.happened) return Keep(State::kUnknown, UnknownResult(reason, finding));
    const std::string id_name(tool_->row_.result_id);
    ToolResult result = TextResult(
        "It did happen, although its answer was lost: " + id_name + " " + finding.id +
        ", found with " + std::string(tool_->row_.list_tool) + ".\n" + json::Dump(finding.entry));
    Json structured = std::move(finding.entry);
    structured[id_name] = finding.id;
    structured["reconciled"] = true;
    result.structured = std::move(structured);
    Keep(State::kDone, std::move(result));
  }

  ToolResult UnknownResult(const std::string& reason, const LookFinding& finding) const {
    std::string text = "It is unknown whether this happened: " +
                       WithoutLineBreaks(reason.substr(0, reason.find("\nNext:"))) + "\n" +
                       finding.why_unknown + "\nNext: do not repeat it yet. Look again with " +
                       std::string(tool_->row_.list_tool) + " in a minute";
    text += store_key_.empty()
                ? "; only when it is not there, repeat it."
                : ", or repeat the call with the same idempotency_key: that looks and sends "
                  "nothing. Only when it is not there, repeat it with a new key.";
    ToolResult result = ErrorResult(std::move(text));
    result.effect_unknown = true;
    return result;
  }

  const std::shared_ptr<OnceTool> tool_;
  const OncePorts& ports_;
  const Json arguments_;
  const CallContext context_;
  const Tool::Done done_;
  std::string store_key_;
  OnceEntry entry_;
  std::mutex mutex_;  // guards timer_, cancelled_
  Scheduler::Id timer_ = 0;
  bool cancelled_ = false;
};

std::shared_ptr<OnceTool> OnceTool::Make(std::shared_ptr<Tool> tool,
                                         std::shared_ptr<const OncePorts> ports) {
  return std::shared_ptr<OnceTool>(new OnceTool(std::move(tool), std::move(ports)));
}

OnceTool::OnceTool(std::shared_ptr<Tool> tool, std::shared_ptr<const OncePorts> ports)
    : tool_(std::move(tool)),
      ports_(std::move(ports)),
      row_(*FindLookRow(tool_->definition().name)),
      definition_(WithKey(tool_->definition())) {}

void OnceTool::Call(Json arguments, CallContext context, Done done) {
  if (!arguments.is_object()) {
    return tool_->Call(std::move(arguments), std::move(context), std::move(done));
  }
  StatusOr<std::string> key = TakeKey(arguments);
  if (!key.ok()) {
    return done(ErrorResult("The arguments do not fit:\n" + std::string(Message(key.status()))));
  }
  std::make_shared<OnceCall>(shared_from_this(), std::move(arguments), *std::move(key),
                             std::move(context), std::move(done))
      ->Begin();
}

}  // namespace bw::tool_service
