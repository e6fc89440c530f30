// generateBXML and respondToCallback: what the caller hears next.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "common/bxml/document.h"
#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/bxml_arguments.h"
#include "tool-service/builtin/local_tool.h"
#include "tool-service/builtin/waiting.h"
#include "tool-service/core/bxml_defaults.h"
#include "tool-service/core/event_view.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;

bxml::Rules RulesOf(const Backends& backends) {
  bxml::Rules rules;
  rules.allow_http_credentials = backends.facts.sandbox;
  return rules;
}

constexpr std::string_view kEndsCallNote =
    "The call ends when this has played: add a Gather or Redirect to go on.";

ToolDefinition GenerateDefinition() {
  ToolDefinition definition;
  definition.name = "generateBXML";
  definition.title = "Write and check a BXML document";
  definition.description =
      "Turns verbs into a BXML document and checks every rule of it, so that the platform will not "
      "refuse it mid-call. Use it for updateCallBxml, or to try a document out; respondToCallback "
      "takes the same verbs directly. URLs of Gather, Redirect and notifications are filled in "
      "with "
      "this server's. Verbs and attributes (* required, = default, [children]):\n" +
      VerbLines();
  definition.input_schema = {
      {"type", "object"},
      {"required", {"verbs"}},
      {"additionalProperties", false},
      {"properties",
       {{"verbs", VerbsSchema("The document's verbs in the order in which they run")},
        {"call_id",
         {{"type", "string"},
          {"maxLength", 256},
          {"description", "The call it is for; its Redirects then come back for that call"}}}}}};
  definition.annotations = {true, false, true, false};
  return definition;
}

void Generate(const Backends& backends, const Json& arguments, const Tool::Done& done) {
  const std::string call_id = json::StringOr(arguments, "call_id");
  const auto document =
      ReadDocument(arguments, backends.facts.callbacks, call_id, RulesOf(backends));
  if (!document.ok()) return done(ErrorResult(std::string(Message(document.status()))));
  const std::string bxml = bxml::Serialize(*document);
  const bool ends_call = EndsCall(*document);
  std::string text = bxml;
  if (ends_call) text += "\n" + std::string(kEndsCallNote);
  done(Answer(std::move(text), {{"bxml", bxml}, {"ends_call", ends_call}}));
}

ToolDefinition RespondDefinition() {
  ToolDefinition definition;
  definition.name = "respondToCallback";
  definition.title = "Say or do something on a call";
  definition.description =
      "Hands over the next BXML document of a call: at once when the caller waits for it, else "
      "with "
      "the call's next event. Queue the opening right after createCall, before anybody answers. "
      "Give "
      "verbs (see generateBXML for all of them), e.g. "
      "[{\"verb\":\"Gather\",\"maxDigits\":1,\"children\":[{\"verb\":\"SpeakSentence\",\"text\":"
      "\"Press 1.\"}]}], or a whole document as bxml. One document waits per call; a document "
      "without "
      "Gather or Redirect ends the call. With wait_seconds it also returns what happens next.";
  definition.input_schema = {
      {"type", "object"},
      {"required", {"call_id"}},
      {"additionalProperties", false},
      {"properties",
       {{"call_id",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 256},
          {"description", "As createCall or an event gave it"}}},
        {"verbs", VerbsSchema("What to do, in order; instead of bxml")},
        {"bxml",
         {{"type", "string"},
          {"maxLength", bxml::kMaxDocumentBytes},
          {"description", "A complete BXML document; instead of verbs"}}},
        {"key",
         {{"type", "string"},
          {"maxLength", 128},
          {"description",
           "Your own name for this document: repeating the request with it queues "
           "nothing twice"}}},
        {"wait_seconds",
         WaitSecondsSchema("Also wait up to this long for the call's next event")}}}};
  definition.annotations = {false, true, false, true};
  return definition;
}

// One respondToCallback under way: look at the call, queue, wait. Kept alive by the journal's
// callbacks; each step runs after the one before, so there is no lock.
class Responding : public std::enable_shared_from_this<Responding> {
 public:
  Responding(BackendsPtr backends, Json arguments, CallContext context, Tool::Done done)
      : backends_(std::move(backends)),
        call_id_(json::StringOr(arguments, "call_id")),
        arguments_(std::move(arguments)),
        context_(std::move(context)),
        done_(std::move(done)) {}

  void Start() {
    auto document =
        ReadDocument(arguments_, backends_->facts.callbacks, call_id_, RulesOf(*backends_));
    if (!document.ok()) return done_(ErrorResult(std::string(Message(document.status()))));
    if (backends_->facts.callbacks.is_https() || backends_->facts.sandbox) {
      AddCallbackCredentials(*document, backends_->facts.callbacks,
                             backends_->callback_credentials);
    }
    ends_call_ = EndsCall(*document);
    request_ = {call_id_, bxml::Serialize(*document), json::StringOr(arguments_, "key")};
    backends_->journal.GetCall(
        context_, call_id_,
        [self = shared_from_this()](StatusOr<CallRecord> call) { self->OnCall(std::move(call)); });
  }

 private:
  void OnCall(StatusOr<CallRecord> call) {
    // A call that has not reported yet is unknown to the store and may well be queued for.
    if (!call.ok() && call.status().code() != StatusCode::kNotFound) {
      return done_(JournalFailure(call.status(), "Nothing was queued"));
    }
    if (call.ok()) call_ = *std::move(call);
    backends_->journal.QueueBxml(context_, request_,
                                 [self = shared_from_this()](StatusOr<QueueOutcome> outcome) {
                                   self->OnQueued(std::move(outcome));
                                 });
  }

  void OnQueued(StatusOr<QueueOutcome> outcome) {
    if (!outcome.ok()) return done_(Refusal(outcome.status()));
    const Receipt& receipt = outcome->receipt;
    const bool heard_now = receipt.state == ReceiptState::kTaken ||
                           receipt.state == ReceiptState::kDelivered || call_.webhook_held;
    structured_ = {{"receipt", DescribeReceipt(receipt)},
                   {"caller_was_waiting", heard_now},
                   {"call_state", call_.state.empty() ? "not reported yet" : call_.state},
                   {"duplicate", outcome->duplicate},
                   {"ends_call", ends_call_}};
    text_ = Situation(outcome->duplicate, heard_now);
    if (ends_call_) text_ += " " + std::string(kEndsCallNote);
    const std::uint32_t wait_ms = WaitMs(arguments_, context_, backends_->clock);
    if (wait_ms == 0) {
      text_ += " Next: getCallbackEvents with call_id " + call_id_ + " and after_seq " +
               std::to_string(call_.last_event_seq) + ".";
      structured_["next_after_seq"] = call_.last_event_seq;
      return done_(Answer(std::move(text_), std::move(structured_)));
    }
    Wait(wait_ms);
  }

  void Wait(std::uint32_t wait_ms) {
    ReportWaiting(context_, "queued; waiting for the call's next event");
    EventQuery query;
    query.filter.call_id = call_id_;
    query.after_seq = call_.last_event_seq;
    query.wait_ms = wait_ms;
    backends_->journal.WaitEvents(
        context_, std::move(query),
        [self = shared_from_this()](StatusOr<EventPage> page) { self->OnEvents(std::move(page)); });
  }

  void OnEvents(StatusOr<EventPage> page) {
    if (!page.ok()) {
      // The document is queued all the same, which the agent must know.
      text_ += " Waiting for the next event failed: " + std::string(Message(page.status()));
      return done_(Answer(std::move(text_), std::move(structured_)));
    }
    Json events = Json::array();
    for (const Event& event : page->events) {
      events.push_back(DescribeEvent(event));
      text_ += "\n" + EventLine(event);
    }
    if (page->events.empty()) text_ += "\nNothing happened on the call meanwhile; wait again.";
    structured_["events"] = std::move(events);
    structured_["next_after_seq"] = page->next_after_seq;
    done_(Answer(std::move(text_), std::move(structured_)));
  }

  std::string Situation(bool duplicate, bool heard_now) const {
    if (duplicate) return "This key was used before; nothing was queued a second time.";
    if (heard_now) return "Handed over: the caller was waiting and hears it now.";
    if (call_.state == "answered") {
      return "Queued: the caller hears it when the running document asks for the next one. To "
             "break "
             "in at once use updateCallBxml.";
    }
    return "Queued: the call is not answered yet; it will be the first thing heard.";
  }

  ToolResult Refusal(const Status& status) const {
    switch (status.code()) {
      case StatusCode::kFailedPrecondition:
        return ErrorResult(
            "Call " + call_id_ + " has ended" +
            (call_.disconnect_cause.empty() ? "" : " (" + call_.disconnect_cause + ")") +
            ", so nothing was queued. Place a new call with createCall if needed.");
      case StatusCode::kAlreadyExists:
        return ErrorResult("Another document already waits for call " + call_id_ +
                           ", so this one was not queued. Wait until the call has taken it "
                           "(getCallbackEvents with "
                           "after_seq " +
                           std::to_string(call_.last_event_seq) + "), then answer the next event.");
      default:
        return JournalFailure(status, "Nothing was queued");
    }
  }

  const BackendsPtr backends_;
  const std::string call_id_;
  const Json arguments_;
  const CallContext context_;
  const Tool::Done done_;
  QueueRequest request_;
  bool ends_call_ = false;
  CallRecord call_;
  Json structured_;
  std::string text_;
};

}  // namespace

std::vector<CatalogueEntry> MakeBxmlTools(const BackendsPtr& backends) {
  auto generate =
      std::make_shared<LocalTool>(GenerateDefinition(), backends->defaults,
                                  [backends](Json arguments, CallContext, Tool::Done done) {
                                    Generate(*backends, arguments, done);
                                  });
  auto respond = std::make_shared<LocalTool>(
      RespondDefinition(), backends->defaults,
      [backends](Json arguments, CallContext context, Tool::Done done) {
        std::make_shared<Responding>(backends, std::move(arguments), std::move(context),
                                     std::move(done))
            ->Start();
      });
  return {{std::move(generate), false}, {std::move(respond), false}};
}

}  // namespace bw::tool_service
