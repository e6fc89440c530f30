// getCallbackEvents, getInboundMessages and waitForEvents: what happens on the phone.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/local_tool.h"
#include "tool-service/builtin/waiting.h"
#include "tool-service/core/event_view.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;

constexpr int kDefaultLimit = 50;
constexpr int kMaxLimit = 200;
// How far back a question without a starting point reaches.
constexpr std::int64_t kDefaultAgeMs = 3'600'000;
constexpr int kDefaultWaitSeconds = 50;

Json TextSchema(int max_length, std::string_view description) {
  return {{"type", "string"}, {"maxLength", max_length}, {"description", description}};
}

// The arguments of both event tools: where to start, how much, how long to wait.
Json PositionProperties() {
  return {
      {"after_seq",
       {{"type", "integer"},
        {"minimum", 0},
        {"description", "Only events after this one; pass the next_after_seq of the last answer"}}},
      {"reader",
       TextSchema(128,
                  "A name of your choice: you get what this reader was not given yet, and "
                  "the server remembers the place; instead of after_seq")},
      {"limit",
       {{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxLimit}, {"default", kDefaultLimit}}},
      {"wait_seconds",
       WaitSecondsSchema("When there is nothing yet, wait up to this long for the first event; it "
                         "returns as soon as one is there")}};
}

// All must hold.
void AddFilters(Json& properties) {
  properties["types"] = {
      {"type", "array"},
      {"maxItems", 32},
      {"items", {{"type", "string"}, {"maxLength", 64}}},
      {"description", "Any of these event types, e.g. [\"gather\",\"disconnect\"]"}};
  properties["channel"] = {{"type", "string"}, {"enum", {"voice", "messaging", "notification"}}};
  properties["call_id"] = TextSchema(256, "Events of this call only");
  properties["message_id"] = TextSchema(256, "Events of this message only");
  properties["phone_number"] = TextSchema(64, "Either side of the call or message, E.164");
  properties["direction"] = {{"type", "string"}, {"enum", {"inbound", "outbound"}}};
  properties["include_payload"] = {
      {"type", "boolean"}, {"default", false}, {"description", "Also give the whole webhooks"}};
}

ToolDefinition EventsDefinition() {
  ToolDefinition definition;
  definition.name = "getCallbackEvents";
  definition.title = "Read or await what happens on calls and messages";
  definition.description =
      "Returns events such as answer, gather (with the digits), disconnect (with the cause), "
      "message-delivered or message-failed, oldest first. Narrow it with call_id, message_id, "
      "types or "
      "phone_number. With wait_seconds it waits and returns within milliseconds of the event. Go "
      "on "
      "with after_seq, or name a reader and get each event once. Without a starting point, call or "
      "message it goes back one hour. Answer initiate, answer, gather and redirect events with "
      "respondToCallback.";
  Json properties = PositionProperties();
  AddFilters(properties);
  definition.input_schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  // A reader's place moves, so it is not idempotent; nothing else changes.
  definition.annotations = {true, false, false, false};
  return definition;
}

ToolDefinition InboundDefinition() {
  ToolDefinition definition;
  definition.name = "getInboundMessages";
  definition.title = "Read or await texts sent to us";
  definition.description =
      "Returns texts and pictures that came in, oldest first, with sender and words. Name a reader "
      "to "
      "get each one once, or pass after_seq; with wait_seconds it waits for the next one. Without "
      "a "
      "starting point it goes back one hour. Reply with createMessage; fetch pictures with "
      "getMedia.";
  Json properties = PositionProperties();
  properties["from"] = TextSchema(64, "Only from this number, E.164");
  definition.input_schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  definition.annotations = {true, false, false, false};
  return definition;
}

ToolDefinition WaitDefinition() {
  ToolDefinition definition;
  definition.name = "waitForEvents";
  definition.title = "Wait until something happens";
  definition.description =
      "Waits for the next event that fits and returns within milliseconds of it, or empty-handed "
      "when the time is over. Pass the next_after_seq of the last answer as after_seq, so that "
      "nothing is missed in between. Without it: with call_id or message_id it begins with the "
      "first event of that call or message, else with what happens from now on. Answer initiate, "
      "answer, gather and redirect events with respondToCallback.";
  Json properties = PositionProperties();
  properties.erase("reader");
  properties["wait_seconds"] = WaitSecondsSchema("How long to wait at most");
  properties["wait_seconds"]["default"] = kDefaultWaitSeconds;
  AddFilters(properties);
  definition.input_schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  definition.annotations = {true, false, true, false};
  return definition;
}

template <typename Enum>
struct Named {
  std::string_view name;
  Enum value;
};
constexpr Named<EventChannel> kChannels[] = {{"voice", EventChannel::kVoice},
                                             {"messaging", EventChannel::kMessaging},
                                             {"notification", EventChannel::kNotification}};
constexpr Named<EventDirection> kDirections[] = {{"inbound", EventDirection::kInbound},
                                                 {"outbound", EventDirection::kOutbound}};

EventFilter ReadFilter(const Json& arguments) {
  EventFilter filter;
  filter.call_id = json::StringOr(arguments, "call_id");
  filter.message_id = json::StringOr(arguments, "message_id");
  filter.phone_number = json::StringOr(arguments, "phone_number");
  if (const Json* types = json::FindArray(arguments, "types")) {
    for (const Json& type : *types) filter.types.push_back(type.get<std::string>());
  }
  for (const auto& row : kChannels) {
    if (row.name == json::StringOr(arguments, "channel")) filter.channels = {row.value};
  }
  for (const auto& row : kDirections) {
    if (row.name == json::StringOr(arguments, "direction")) filter.direction = row.value;
  }
  return filter;
}

EventFilter InboundFilter(const Json& arguments) {
  EventFilter filter;
  filter.types = {"message-received", "suggestion-response", "request-location-response"};
  filter.channels = {EventChannel::kMessaging};
  filter.direction = EventDirection::kInbound;
  filter.phone_number = json::StringOr(arguments, "from");
  return filter;
}

bool HasStart(const Json& arguments) {
  for (const char* name : {"after_seq", "reader", "call_id", "message_id"}) {
    if (arguments.contains(name)) return true;
  }
  return false;
}

// One question for events under way. Each step runs after the one before, so there is no lock.
class Reading : public std::enable_shared_from_this<Reading> {
 public:
  // `age_ms`: how far back it goes without a starting point.
  Reading(BackendsPtr backends, EventFilter filter, Json arguments, std::int64_t age_ms,
          CallContext context, Tool::Done done)
      : backends_(std::move(backends)),
        age_ms_(age_ms),
        arguments_(std::move(arguments)),
        context_(std::move(context)),
        done_(std::move(done)),
        reader_(json::StringOr(arguments_, "reader")) {
    query_.filter = std::move(filter);
    query_.after_seq = json::GetInt(arguments_, "after_seq").value_or(0);
    query_.limit = json::GetInt(arguments_, "limit").value_or(kDefaultLimit);
  }

  void Start() {
    if (!reader_.empty() && arguments_.contains("after_seq")) {
      return done_(ErrorResult("after_seq, reader: give one of them, not both"));
    }
    if (!HasStart(arguments_)) {
      query_.filter.since_ms = backends_->clock.NowMs() - age_ms_;
    }
    const std::uint32_t wait_ms = WaitMs(arguments_, context_, backends_->clock);
    if (wait_ms > 0) ReportWaiting(context_, "waiting for an event");
    if (reader_.empty()) {
      query_.wait_ms = wait_ms;
      return Wait();
    }
    ReadUnread(wait_ms);
  }

 private:
  void Wait() {
    backends_->journal.WaitEvents(
        context_, query_,
        [self = shared_from_this()](StatusOr<EventPage> page) { self->Finish(std::move(page)); });
  }

  void ReadUnread(std::uint32_t wait_ms) {
    backends_->journal.ReadUnread(context_, reader_, query_,
                                  [self = shared_from_this(), wait_ms](StatusOr<EventPage> page) {
                                    if (!page.ok() || !page->events.empty() || wait_ms == 0) {
                                      return self->Finish(std::move(page));
                                    }
                                    self->WaitForUnread(page->next_after_seq, wait_ms);
                                  });
  }

  // The reader's cursor cannot be waited on, but the events after it can.
  void WaitForUnread(std::uint64_t cursor, std::uint32_t wait_ms) {
    EventQuery query = query_;
    query.after_seq = cursor;
    query.wait_ms = wait_ms;
    query.limit = 1;
    backends_->journal.WaitEvents(context_, std::move(query),
                                  [self = shared_from_this()](StatusOr<EventPage> page) {
                                    if (!page.ok() || page->events.empty()) {
                                      return self->Finish(std::move(page));
                                    }
                                    self->ReadUnread(0);
                                  });
  }

  void Finish(StatusOr<EventPage> page) {
    if (!page.ok()) return done_(JournalFailure(page.status(), "No events could be read"));
    const bool with_payload = json::GetBool(arguments_, "include_payload").value_or(false);
    Json events = Json::array();
    std::string text;
    for (const Event& event : page->events) {
      events.push_back(DescribeEvent(event, with_payload));
      text += EventLine(event) + "\n";
    }
    if (page->events.empty()) text = "Nothing has happened that matches.\n";
    if (page->has_more) text += "There is more. ";
    text += reader_.empty() ? "Go on with after_seq " + std::to_string(page->next_after_seq) + "."
                            : "Go on with reader " + reader_ + ".";
    done_(Answer(std::move(text), {{"events", std::move(events)},
                                   {"next_after_seq", page->next_after_seq},
                                   {"has_more", page->has_more}}));
  }

  const BackendsPtr backends_;
  const std::int64_t age_ms_;
  const Json arguments_;
  const CallContext context_;
  const Tool::Done done_;
  const std::string reader_;
  EventQuery query_;
};

using MakeFilter = EventFilter (*)(const Json&);

LocalTool::Handler ReadWith(const BackendsPtr& backends, MakeFilter make_filter) {
  return [backends, make_filter](Json arguments, CallContext context, Tool::Done done) {
    EventFilter filter = make_filter(arguments);
    std::make_shared<Reading>(backends, std::move(filter), std::move(arguments), kDefaultAgeMs,
                              std::move(context), std::move(done))
        ->Start();
  };
}

LocalTool::Handler WaitWith(const BackendsPtr& backends) {
  return [backends](Json arguments, CallContext context, Tool::Done done) {
    if (!arguments.contains("wait_seconds")) arguments["wait_seconds"] = kDefaultWaitSeconds;
    EventFilter filter = ReadFilter(arguments);
    std::make_shared<Reading>(backends, std::move(filter), std::move(arguments), /*age_ms=*/0,
                              std::move(context), std::move(done))
        ->Start();
  };
}

}  // namespace

std::vector<CatalogueEntry> MakeEventTools(const BackendsPtr& backends) {
  DefaultArguments& defaults = backends->defaults;
  return {
      {std::make_shared<LocalTool>(EventsDefinition(), defaults, ReadWith(backends, &ReadFilter)),
       false},
      {std::make_shared<LocalTool>(InboundDefinition(), defaults,
                                   ReadWith(backends, &InboundFilter)),
       false},
      {std::make_shared<LocalTool>(WaitDefinition(), defaults, WaitWith(backends)), false}};
}

}  // namespace bw::tool_service
