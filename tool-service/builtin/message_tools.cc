// getMessageStatus: what became of a text.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/dashboard.h"
#include "tool-service/builtin/json_api.h"
#include "tool-service/builtin/local_tool.h"
#include "tool-service/builtin/waiting.h"
#include "tool-service/core/message_errors.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;

// A text has at most ten recipients, each with a few events.
constexpr std::uint32_t kMaxEvents = 200;

ToolDefinition StatusDefinition() {
  ToolDefinition definition;
  definition.name = "getMessageStatus";
  definition.title = "See whether a text was delivered";
  definition.description =
      "Says for each recipient whether a text that createMessage accepted was delivered or failed, "
      "and why and what to do then: from the reports that reached this server, else from the "
      "account's records. With wait_seconds it waits for the outcome and returns within "
      "milliseconds of it. Accepted (queued) is not delivered.";
  definition.input_schema = {
      {"type", "object"},
      {"required", {"message_id"}},
      {"additionalProperties", false},
      {"properties",
       {{"message_id",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 256},
          {"description", "The id that createMessage gave"}}},
        {"accountId", AccountIdSchema()},
        {"wait_seconds",
         WaitSecondsSchema("Wait up to this long for the outcome, if there is none yet")}}}};
  definition.annotations = {true, false, true, true};
  return definition;
}

struct StatusRow {
  /// Of a webhook, or of a row of listMessages.
  std::string_view name;
  std::string_view status;
  bool is_final;
};
constexpr std::array kStatuses = {
    StatusRow{"message-delivered", "delivered", true},
    StatusRow{"message-failed", "failed", true},
    StatusRow{"message-read", "delivered", true},
    StatusRow{"message-sent", "sent", false},
    StatusRow{"message-sending", "sending", false},
    StatusRow{"message-received", "received", true},
    StatusRow{"DELIVERED", "delivered", true},
    StatusRow{"FAILED", "failed", true},
    StatusRow{"UNDELIVERED", "failed", true},
    StatusRow{"SENT", "sent", false},
    StatusRow{"SENDING", "sending", false},
    StatusRow{"QUEUED", "queued", false},
    StatusRow{"ACCEPTED", "queued", false},
    StatusRow{"RECEIVED", "received", true},
};

const StatusRow* FindStatus(std::string_view name) {
  const auto* row =
      std::find_if(kStatuses.begin(), kStatuses.end(),
                   [&](const StatusRow& candidate) { return candidate.name == name; });
  return row == kStatuses.end() ? nullptr : row;
}

struct Recipient {
  std::string status = "queued";
  bool is_final = false;
  std::int64_t error_code = 0;
  std::string description;
  std::string time;
};

// By number.
using Recipients = std::map<std::string, Recipient>;

// A final report stands, whatever comes after it: reports may overtake each other.
void Take(const std::string& number, const StatusRow& row, Recipient report,
          Recipients& recipients) {
  Recipient& present = recipients[number];
  if (present.is_final) return;
  report.status = row.status;
  report.is_final = row.is_final;
  present = std::move(report);
}

void TakeEvent(const Event& event, Recipients& recipients) {
  const Json* message = json::FindObject(event.payload, "message");
  const Json* all = message == nullptr ? nullptr : json::FindArray(*message, "to");
  if (all != nullptr && event.direction != EventDirection::kInbound) {
    // Of a group each recipient has an outcome of its own.
    for (const Json& number : *all) {
      if (number.is_string()) recipients.try_emplace(number.get<std::string>());
    }
  }
  const StatusRow* row = FindStatus(event.type);
  if (row == nullptr) return;
  Recipient report;
  report.error_code = json::GetInt(event.payload, "errorCode").value_or(0);
  report.description = json::StringOr(event.payload, "description");
  report.time = json::StringOr(event.payload, "time");
  std::string number = json::StringOr(event.payload, "to");
  if (number.empty() && event.to.size() == 1) number = event.to.front();
  Take(number, *row, std::move(report), recipients);
}

void TakeRecord(const Json& record, Recipients& recipients) {
  const StatusRow* row = FindStatus(json::StringOr(record, "messageStatus"));
  if (row == nullptr) return;
  Recipient report;
  report.error_code = json::GetInt(record, "errorCode").value_or(0);
  report.time = json::StringOr(record, "receiveTime");
  Take(json::StringOr(record, "destinationTn"), *row, std::move(report), recipients);
}

bool AllFinal(const Recipients& recipients) {
  return !recipients.empty() &&
         std::all_of(recipients.begin(), recipients.end(),
                     [](const auto& entry) { return entry.second.is_final; });
}

// One word for all of them.
std::string Overall(const Recipients& recipients) {
  if (recipients.empty()) return "unknown";
  std::map<std::string, std::size_t> counts;
  for (const auto& [number, recipient] : recipients) ++counts[recipient.status];
  if (counts.size() == 1) return counts.begin()->first;
  if (!AllFinal(recipients)) return "pending";
  return counts.contains("failed") ? "partly_failed" : "delivered";
}

Json DescribeRecipient(const std::string& number, const Recipient& recipient) {
  Json described = {{"to", number}, {"status", recipient.status}};
  if (!recipient.time.empty()) described["time"] = recipient.time;
  if (!recipient.description.empty()) described["description"] = recipient.description;
  if (recipient.status != "failed") return described;
  const MessageError error = MessageErrorFor(recipient.error_code);
  described["error_code"] = recipient.error_code;
  described["meaning"] = error.meaning;
  described["next_step"] = error.next_step;
  return described;
}

std::string RecipientLine(const std::string& number, const Recipient& recipient) {
  std::string line = "\n- " + (number.empty() ? "?" : number) + ": " + recipient.status;
  if (recipient.status != "failed") return line;
  const MessageError error = MessageErrorFor(recipient.error_code);
  line += ", code " + std::to_string(recipient.error_code);
  if (!recipient.description.empty()) line += " (" + recipient.description + ")";
  return line + ". " + std::string(error.meaning) + " Next: " + std::string(error.next_step);
}

// What is reported, then what may still be reported, then what the account knows.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(BackendsPtr backends, const Json& arguments, CallContext context, Tool::Done done)
      : backends_(std::move(backends)),
        context_(std::move(context)),
        done_(std::move(done)),
        message_id_(json::StringOr(arguments, "message_id")),
        account_id_(json::StringOr(arguments, "accountId")),
        until_(backends_->clock.Steady() +
               std::chrono::milliseconds(WaitMs(arguments, context_, backends_->clock))) {}

  void Read() {
    EventQuery query;
    query.filter.message_id = message_id_;
    query.after_seq = after_seq_;
    query.limit = kMaxEvents;
    // The first look does not wait: the account may know the outcome already.
    if (has_looked_) query.wait_ms = TimeLeftMs();
    backends_->journal.WaitEvents(
        context_, std::move(query),
        [self = shared_from_this()](StatusOr<EventPage> page) { self->Got(std::move(page)); });
  }

 private:
  std::uint32_t TimeLeftMs() const {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until_ - backends_->clock.Steady());
    return static_cast<std::uint32_t>(std::max<std::int64_t>(0, left.count()));
  }

  void Got(StatusOr<EventPage> page) {
    if (!page.ok()) {
      problem_ = "Reports could not be read: " + std::string(Message(page.status())) + ".";
      return has_looked_ ? Finish() : AskAccount();
    }
    for (const Event& event : page->events) TakeEvent(event, recipients_);
    if (!page->events.empty()) has_reports_ = true;
    after_seq_ = page->next_after_seq;
    if (AllFinal(recipients_)) return Finish();
    if (!has_looked_) return AskAccount();
    // Something came that was no outcome yet, and there is time left: wait on.
    if (!page->events.empty() && TimeLeftMs() > 0) return Read();
    Finish();
  }

  void AskAccount() {
    has_looked_ = true;
    const std::string url = std::string(kMessagingBase) + "/users/" + EncodeComponent(account_id_) +
                            "/messages?messageId=" + EncodeComponent(message_id_);
    ReadJson(backends_->http, url, context_, [self = shared_from_this()](StatusOr<Json> answer) {
      self->GotRecords(std::move(answer));
    });
  }

  void GotRecords(StatusOr<Json> answer) {
    if (!answer.ok()) {
      problem_ += (problem_.empty() ? "" : "\n") + std::string(Message(answer.status()));
    } else if (const Json* messages = json::FindArray(*answer, "messages")) {
      for (const Json& record : *messages) TakeRecord(record, recipients_);
    }
    if (AllFinal(recipients_) || TimeLeftMs() == 0) return Finish();
    ReportWaiting(context_, "waiting for the delivery report");
    Read();
  }

  void Finish() {
    const std::string status = Overall(recipients_);
    if (recipients_.empty() && !problem_.empty()) return done_(ErrorResult(problem_));
    std::string text = "Message " + message_id_ + ": " + status + ".";
    Json list = Json::array();
    for (const auto& [number, recipient] : recipients_) {
      text += RecipientLine(number, recipient);
      list.push_back(DescribeRecipient(number, recipient));
    }
    const bool is_over = AllFinal(recipients_);
    if (recipients_.empty()) {
      text +=
          "\nNeither this server nor the account knows it so far. Check the id; the account's "
          "records may take a minute.";
    } else if (!is_over) {
      text += "\nNo final outcome yet. Ask again with wait_seconds; do not resend meanwhile.";
      if (!has_reports_) {
        text +=
            " No report reached this server: checkMessagingReadiness shows whether the "
            "application reports here.";
      }
    }
    if (!problem_.empty()) text += "\n" + problem_;
    done_(Answer(std::move(text), {{"message_id", message_id_},
                                   {"status", status},
                                   {"final", is_over},
                                   {"recipients", std::move(list)},
                                   {"reported_here", has_reports_}}));
  }

  const BackendsPtr backends_;
  const CallContext context_;
  const Tool::Done done_;
  const std::string message_id_;
  const std::string account_id_;
  const std::chrono::steady_clock::time_point until_;
  std::uint64_t after_seq_ = 0;
  bool has_looked_ = false;
  bool has_reports_ = false;
  Recipients recipients_;
  std::string problem_;
};

}  // namespace

std::vector<CatalogueEntry> MakeMessageTools(const BackendsPtr& backends) {
  auto status = [backends](Json arguments, CallContext context, Tool::Done done) {
    std::make_shared<Asking>(backends, arguments, std::move(context), std::move(done))->Read();
  };
  return {{std::make_shared<LocalTool>(StatusDefinition(), backends->defaults, std::move(status)),
           false}};
}

}  // namespace bw::tool_service
