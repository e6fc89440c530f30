// getCall and diagnoseCall: one call, as this server and the platform know it.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/dashboard.h"
#include "tool-service/builtin/json_api.h"
#include "tool-service/builtin/local_tool.h"
#include "tool-service/core/call_diagnosis.h"
#include "tool-service/core/event_view.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;

// Receipts of one call that are looked up: those of the last turns.
constexpr std::size_t kMaxReceipts = 20;
// Events that a diagnosis reads: the last ones of most calls, and the first of the longest.
constexpr std::uint32_t kMaxEvents = 200;

Json CallIdSchema() {
  return {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 256},
          {"description", "As createCall or an event gave it"}};
}

ToolDefinition CallDefinition() {
  ToolDefinition definition;
  definition.name = "getCall";
  definition.title = "Read a call with all its turns";
  definition.description =
      "Shows a call as this server saw it: its state, whether the caller waits for an answer right "
      "now, the document that is queued, and every turn: event, what was answered, and what became "
      "of that document (its receipt). With receipt_id it also gives that one receipt. "
      "getCallState asks the platform instead, diagnoseCall explains what went wrong.";
  definition.input_schema = {{"type", "object"},
                             {"required", {"call_id"}},
                             {"additionalProperties", false},
                             {"properties",
                              {{"call_id", CallIdSchema()},
                               {"receipt_id",
                                {{"type", "string"},
                                 {"maxLength", 256},
                                 {"description", "As respondToCallback gave it"}}}}}};
  definition.annotations = {true, false, true, false};
  return definition;
}

// The receipts of a call's last turns, one after the other.
class ShowingCall : public std::enable_shared_from_this<ShowingCall> {
 public:
  ShowingCall(BackendsPtr backends, std::string receipt_id, CallContext context, CallRecord call,
              Tool::Done done)
      : backends_(std::move(backends)),
        receipt_id_(std::move(receipt_id)),
        context_(std::move(context)),
        call_(std::move(call)),
        done_(std::move(done)),
        described_(DescribeCall(call_)) {
    next_ = call_.turns.size() - std::min(call_.turns.size(), kMaxReceipts);
  }

  void Next() {
    while (next_ < call_.turns.size() && call_.turns[next_].receipt_id.empty()) ++next_;
    if (next_ == call_.turns.size()) return ReadNamed();
    backends_->journal.GetReceipt(
        context_, call_.turns[next_].receipt_id,
        [self = shared_from_this()](StatusOr<Receipt> receipt) {
          // A receipt that is gone leaves the turn as it is.
          if (receipt.ok()) {
            self->described_["turns"][self->next_]["receipt"] = DescribeReceipt(*receipt);
            self->states_[self->next_] = std::string(ReceiptStateName(receipt->state));
          }
          ++self->next_;
          self->Next();
        });
  }

 private:
  void ReadNamed() {
    if (receipt_id_.empty()) return Finish("");
    backends_->journal.GetReceipt(
        context_, receipt_id_, [self = shared_from_this()](StatusOr<Receipt> receipt) {
          if (!receipt.ok()) return self->done_(JournalFailure(receipt.status(), "receipt_id"));
          self->described_["receipt"] = DescribeReceipt(*receipt);
          self->Finish("\nreceipt " + receipt->receipt_id + ": " +
                       std::string(ReceiptStateName(receipt->state)));
        });
  }

  void Finish(const std::string& more) {
    std::string text = CallLine(call_);
    for (std::size_t i = 0; i < call_.turns.size(); ++i) {
      const Turn& turn = call_.turns[i];
      text += "\n[" + std::to_string(turn.event_seq) + "] " + turn.event_type +
              (turn.bxml.empty() ? "" : " answered " + RedactBxml(turn.bxml));
      const auto state = states_.find(i);
      if (state != states_.end()) text += " (" + state->second + ")";
    }
    done_(Answer(text + more, std::move(described_)));
  }

  const BackendsPtr backends_;
  const std::string receipt_id_;
  const CallContext context_;
  const CallRecord call_;
  const Tool::Done done_;
  Json described_;
  std::size_t next_ = 0;
  std::map<std::size_t, std::string> states_;
};

ToolDefinition DiagnoseDefinition() {
  ToolDefinition definition;
  definition.name = "diagnoseCall";
  definition.title = "Explain what happened to a call";
  definition.description =
      "Says in plain words why a call ended, failed or seems to hang, and what to do next: from "
      "what the platform says of it, from the webhooks and documents that this server saw, and "
      "from their errors. Use it when a call did not go as expected.";
  definition.input_schema = {
      {"type", "object"},
      {"required", {"call_id"}},
      {"additionalProperties", false},
      {"properties", {{"call_id", CallIdSchema()}, {"accountId", AccountIdSchema()}}}};
  definition.annotations = {true, false, true, true};
  return definition;
}

// What is known of a call, asked in turn: the record here, its events, the platform. A source that
// cannot be asked is named in the answer.
class Diagnosing : public std::enable_shared_from_this<Diagnosing> {
 public:
  Diagnosing(BackendsPtr backends, const Json& arguments, CallContext context, Tool::Done done)
      : backends_(std::move(backends)),
        context_(std::move(context)),
        done_(std::move(done)),
        call_id_(json::StringOr(arguments, "call_id")),
        account_id_(json::StringOr(arguments, "accountId")) {}

  void Start() {
    backends_->journal.GetCall(context_, call_id_,
                               [self = shared_from_this()](StatusOr<CallRecord> record) {
                                 if (record.ok()) {
                                   self->evidence_.record = *std::move(record);
                                 } else if (record.status().code() != StatusCode::kNotFound) {
                                   self->Miss("this server's events", record.status());
                                 }
                                 self->ReadEvents();
                               });
  }

 private:
  void Miss(std::string_view source, const Status& status) {
    missing_.push_back(std::string(source) + " could not be read: " + std::string(Message(status)));
  }

  void ReadEvents() {
    if (!missing_.empty()) return AskPlatform();
    EventQuery query;
    query.filter.call_id = call_id_;
    query.limit = kMaxEvents;
    backends_->journal.WaitEvents(context_, std::move(query),
                                  [self = shared_from_this()](StatusOr<EventPage> page) {
                                    if (page.ok()) {
                                      self->evidence_.events = std::move(page->events);
                                    } else {
                                      self->Miss("this server's events", page.status());
                                    }
                                    self->AskPlatform();
                                  });
  }

  void AskPlatform() {
    const std::string url = std::string(kVoiceBase) + "/accounts/" + EncodeComponent(account_id_) +
                            "/calls/" + EncodeComponent(call_id_);
    ReadJson(backends_->http, url, context_, [self = shared_from_this()](StatusOr<Json> state) {
      if (state.ok()) {
        self->evidence_.platform = *std::move(state);
      } else if (state.status().code() != StatusCode::kNotFound) {
        self->Miss("the platform's state of the call", state.status());
      }
      self->Finish();
    });
  }

  void Finish() {
    const bool knows_nothing =
        !evidence_.record && evidence_.events.empty() && !evidence_.platform.is_object();
    std::string missing;
    for (const std::string& line : missing_) missing += "\n- " + line;
    if (knows_nothing && !missing_.empty()) {
      return done_(ErrorResult("Nothing is known of the call:" + missing));
    }
    CallDiagnosis diagnosis = DiagnoseCall(evidence_);
    diagnosis.evidence.insert(diagnosis.evidence.end(), missing_.begin(), missing_.end());
    std::string text = diagnosis.meaning + "\nNext: " + diagnosis.next_step + "\nBecause:";
    for (const std::string& line : diagnosis.evidence) text += "\n- " + line;
    Json described = {{"call_id", call_id_},
                      {"state", diagnosis.state},
                      {"meaning", diagnosis.meaning},
                      {"next_step", diagnosis.next_step},
                      {"evidence", diagnosis.evidence}};
    if (!diagnosis.cause.empty()) described["cause"] = diagnosis.cause;
    ToolResult result = Answer(std::move(text), std::move(described));
    result.is_error = knows_nothing;
    done_(std::move(result));
  }

  const BackendsPtr backends_;
  const CallContext context_;
  const Tool::Done done_;
  const std::string call_id_;
  const std::string account_id_;
  CallEvidence evidence_;
  std::vector<std::string> missing_;
};

void GetCall(const BackendsPtr& backends, const Json& arguments, const CallContext& context,
             const Tool::Done& done) {
  backends->journal.GetCall(
      context, json::StringOr(arguments, "call_id"),
      [backends, receipt_id = json::StringOr(arguments, "receipt_id"), context,
       done](StatusOr<CallRecord> record) {
        if (!record.ok()) {
          return done(JournalFailure(
              record.status(),
              "The call could not be read (a call is known here after its first event)"));
        }
        std::make_shared<ShowingCall>(backends, receipt_id, context, *std::move(record), done)
            ->Next();
      });
}

}  // namespace

std::vector<CatalogueEntry> MakeCallTools(const BackendsPtr& backends) {
  auto get = [backends](Json arguments, CallContext context, Tool::Done done) {
    GetCall(backends, arguments, context, done);
  };
  auto diagnose = [backends](Json arguments, CallContext context, Tool::Done done) {
    std::make_shared<Diagnosing>(backends, arguments, std::move(context), std::move(done))->Start();
  };
  DefaultArguments& defaults = backends->defaults;
  return {
      {std::make_shared<LocalTool>(CallDefinition(), defaults, std::move(get)), false},
      {std::make_shared<LocalTool>(DiagnoseDefinition(), defaults, std::move(diagnose)), false}};
}

}  // namespace bw::tool_service
