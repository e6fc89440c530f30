// Doubles of the ports for tests: a journal that answers from a script and remembers the
// questions, tokens, tools and a call that can be waited for.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tool-service/core/default_arguments.h"
#include "tool-service/core/event_journal.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/token_source.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// Answers at once: from `calls`, `receipts` and the next page of `pages`.
class FakeJournal : public EventJournal {
 public:
  std::map<std::string, CallRecord> calls;
  std::map<std::string, Receipt> receipts;
  std::deque<StatusOr<EventPage>> pages;
  std::deque<StatusOr<EventPage>> unread;
  /// Beyond them, `calls` make one page.
  std::deque<CallPage> call_pages;
  StatusOr<QueueOutcome> queue_outcome = QueueOutcome{};
  Status failure = OkStatus();

  std::vector<QueueRequest> queued;
  std::vector<EventQuery> queries;
  std::vector<std::string> readers;
  std::vector<CallQuery> call_queries;
  std::vector<std::string> tenants;
  /// "tenant:key"; an empty value is none. Times to live are not kept.
  std::map<std::string, std::string> values;
  std::vector<ValueRequest> value_requests;
  /// Of the next requests, in order; OK lets one through.
  std::deque<Status> value_failures;

  void QueueBxml(const CallContext& context, QueueRequest request,
                 Done<QueueOutcome> done) override {
    tenants.push_back(context.tenant);
    queued.push_back(std::move(request));
    done(queue_outcome);
  }
  void GetCall(const CallContext&, const std::string& call_id, Done<CallRecord> done) override {
    if (!failure.ok()) return done(failure);
    const auto found = calls.find(call_id);
    if (found == calls.end()) return done(NotFound("no such call"));
    done(found->second);
  }
  void ListCalls(const CallContext&, CallQuery query, Done<CallPage> done) override {
    call_queries.push_back(query);
    if (!failure.ok()) return done(failure);
    CallPage page;
    if (call_pages.empty()) {
      for (const auto& [id, call] : calls) page.calls.push_back(call);
    } else {
      page = std::move(call_pages.front());
      call_pages.pop_front();
    }
    done(page);
  }
  void GetReceipt(const CallContext&, const std::string& id, Done<Receipt> done) override {
    const auto found = receipts.find(id);
    if (found == receipts.end()) return done(NotFound("no such receipt"));
    done(found->second);
  }
  void WaitEvents(const CallContext&, EventQuery query, Done<EventPage> done) override {
    queries.push_back(std::move(query));
    done(Next(pages));
  }
  void ReadUnread(const CallContext&, const std::string& reader, EventQuery query,
                  Done<EventPage> done) override {
    readers.push_back(reader);
    queries.push_back(std::move(query));
    done(Next(unread));
  }

  void PutValue(const CallContext& context, ValueRequest request,
                Done<ValueOutcome> done) override {
    value_requests.push_back(request);
    if (!value_failures.empty()) {
      const Status status = value_failures.front();
      value_failures.pop_front();
      if (!status.ok()) return done(status);
    }
    std::string& value = values[context.tenant + ":" + request.key];
    if (request.only_if_absent && (!value.empty() || request.value.empty())) {
      return done(ValueOutcome{false, value});
    }
    value = request.value;
    done(ValueOutcome{true, ""});
  }

 private:
  static StatusOr<EventPage> Next(std::deque<StatusOr<EventPage>>& script) {
    if (script.empty()) return EventPage{};
    StatusOr<EventPage> page = std::move(script.front());
    script.pop_front();
    return page;
  }
};

class FakeTokens : public TokenSource {
 public:
  StatusOr<AccessToken> token = FailedPrecondition("set BW_CLIENT_ID and BW_CLIENT_SECRET");
  int asked = 0;
  void Get(const std::string&, std::chrono::steady_clock::time_point, Done done) override {
    ++asked;
    done(token);
  }
  void Invalidate(const std::string&, const std::string&) override {}
};

inline AccessToken TokenFor(std::vector<std::string> accounts) {
  AccessToken token;
  token.value = "t";
  token.accounts = std::move(accounts);
  return token;
}

/// Fills nothing in.
class NoDefaults : public DefaultArguments {
 public:
  bool Covers(std::string_view, std::string_view) const override { return false; }
  void Fill(std::string_view, const json::Json&, json::Json arguments, const CallContext&,
            Done done) override {
    done(std::move(arguments));
  }
};

/// A tool that does what the test says.
class FakeTool : public Tool {
 public:
  using Behaviour = std::function<void(json::Json, CallContext, Done)>;
  explicit FakeTool(std::string name, Behaviour behaviour = nullptr)
      : behaviour_(std::move(behaviour)) {
    definition_.name = std::move(name);
    definition_.title = "A tool";
    definition_.description = "Does something.";
    definition_.input_schema = {{"type", "object"}};
  }
  const ToolDefinition& definition() const override { return definition_; }
  void Call(json::Json arguments, CallContext context, Done done) override {
    if (!behaviour_) return done(TextResult("done"));
    behaviour_(std::move(arguments), std::move(context), std::move(done));
  }

  ToolDefinition definition_;

 private:
  const Behaviour behaviour_;
};

inline CatalogueEntry Entry(const std::string& name, bool local_only = false) {
  return {std::make_shared<FakeTool>(name), local_only};
}

/// The result in `outcome`, or one that says why there is none.
inline ToolResult ResultOf(const StatusOr<ToolOutcome>& outcome) {
  if (!outcome.ok()) return ErrorResult("no tool ran: " + ToString(outcome.status()));
  const auto* result = std::get_if<ToolResult>(&*outcome);
  return result == nullptr ? ErrorResult("the tool asks for input") : *result;
}

/// Calls a tool that answers at once.
inline ToolResult Run(Tool& tool, json::Json arguments, CallContext context = {}) {
  StatusOr<ToolOutcome> outcome = Internal("the tool has not answered");
  tool.Call(std::move(arguments), std::move(context),
            [&outcome](StatusOr<ToolOutcome> result) { outcome = std::move(result); });
  return ResultOf(outcome);
}

inline std::string TextOf(const ToolResult& result) {
  return result.content.empty() ? "" : result.content.front().text;
}

inline Event MakeEvent(std::uint64_t seq, std::string type, std::string call_id = "",
                       json::Json payload = json::Json::object()) {
  Event event;
  event.seq = seq;
  event.channel = EventChannel::kVoice;
  event.type = std::move(type);
  event.call_id = std::move(call_id);
  event.payload = std::move(payload);
  return event;
}

inline EventPage PageOf(std::vector<Event> events) {
  EventPage page;
  page.next_after_seq = events.empty() ? 7 : events.back().seq;
  page.events = std::move(events);
  return page;
}

}  // namespace bw::tool_service
