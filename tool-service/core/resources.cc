#include "tool-service/core/resources.h"

#include <deque>
#include <utility>

#include "tool-service/core/call_uri.h"
#include "tool-service/core/event_view.h"
#include "tool-service/core/reference_texts.h"
#include "tool-service/core/registry.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMarkdown = "text/markdown";

ResourceText JsonText(const std::string& uri, const Json& value) {
  return {uri, std::string(kJson), json::DumpPretty(value)};
}

ResourceText MarkdownText(const std::string& uri, std::string text) {
  return {uri, std::string(kMarkdown), std::move(text)};
}

Json NullIfEmpty(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

Resources::Resources(ServerFacts facts, const CredentialStore& credentials, EventJournal& journal,
                     const Clock& clock)
    : facts_(std::move(facts)), credentials_(credentials), journal_(journal), clock_(clock) {}

const std::vector<ResourceInfo>& Resources::List() {
  static const std::vector<ResourceInfo> resources = {
      {"bandwidth://calls", "calls", "Calls",
       "The calls this server has seen, most recently changed first", kJson},
      {"bandwidth://events", "events", "Events", "Webhooks of the last hour, oldest first", kJson},
      {"bandwidth://messages/inbound", "inbound-messages", "Texts received",
       "Texts that came in during the last hour, oldest first", kJson},
      {"resource://config", "config", "Configuration",
       "What is configured on this server; secrets are left out", kJson},
      {"resource://mcp_agent_reference", "mcp_agent_reference", "Reference for agents",
       "The life of a call, all events, every BXML verb, and what to do when something fails",
       kMarkdown},
      {"resource://number_order_guide", "number_order_guide", "Getting a number",
       "From an empty account to a number that can call and text", kMarkdown},
  };
  return resources;
}

const std::vector<ResourceInfo>& Resources::Templates() {
  static const std::vector<ResourceInfo> templates = {
      {kCallUriTemplate, "call", "One call",
       "State of one call, the document that waits for it, and its turns: each event with what was "
       "answered and whether that was delivered",
       kJson},
  };
  return templates;
}

const std::string& Resources::Revision() {
  static const std::string revision = [] {
    std::string visible;
    for (const auto* infos : {&List(), &Templates()}) {
      for (const ResourceInfo& info : *infos) {
        for (const std::string_view part :
             {info.uri, info.name, info.title, info.description, info.mime_type}) {
          visible += std::string(part) + '\n';
        }
      }
    }
    return RevisionOf(visible);
  }();
  return revision;
}

void Resources::Read(const std::string& uri, const CallContext& context, Done done) const {
  if (uri == "resource://config") {
    return done(ResourceText{uri, std::string(kJson), ConfigText(context)});
  }
  if (uri == "resource://mcp_agent_reference") {
    return done(MarkdownText(uri, AgentReference(facts_)));
  }
  if (uri == "resource://number_order_guide") {
    return done(MarkdownText(uri, NumberOrderGuide(facts_)));
  }
  if (uri == "bandwidth://events") return ReadEvents(uri, {}, context, std::move(done));
  if (uri == "bandwidth://messages/inbound") {
    EventFilter filter;
    filter.channels = {EventChannel::kMessaging};
    filter.direction = EventDirection::kInbound;
    return ReadEvents(uri, std::move(filter), context, std::move(done));
  }
  if (uri == "bandwidth://calls") return ReadCalls(uri, context, std::move(done));
  const auto call_id = CallIdOf(uri);
  if (!call_id) {
    return done(NotFound("there is no such resource; ListResources names those that exist"));
  }
  ReadCall(uri, *call_id, context, std::move(done));
}

void Resources::ReadCalls(const std::string& uri, const CallContext& context, Done done) const {
  CallQuery query;
  query.page_size = kMaxListed;
  journal_.ListCalls(context, query, [uri, done = std::move(done)](StatusOr<CallPage> page) {
    if (!page.ok()) return done(page.status());
    Json calls = Json::array();
    for (const CallRecord& call : page->calls) calls.push_back(DescribeCall(call));
    done(JsonText(uri, {{"calls", std::move(calls)}}));
  });
}

// A call whose documents are still to be followed up.
struct Resources::Described {
  std::string uri;
  CallContext context;
  Done done;
  Json call;
  // Indexes of turns whose receipts are wanted; the last one is next.
  std::vector<std::size_t> turns;
};

void Resources::ReadCall(const std::string& uri, const std::string& call_id,
                         const CallContext& context, Done done) const {
  auto described = std::make_shared<Described>();
  described->uri = uri;
  described->context = context;
  described->done = std::move(done);
  journal_.GetCall(context, call_id, [this, described](StatusOr<CallRecord> call) {
    if (!call.ok()) return described->done(call.status());
    described->call = DescribeCall(*call);
    for (std::size_t i = call->turns.size(); i > 0; --i) {
      if (described->turns.size() == kMaxReceipts) break;
      if (!call->turns[i - 1].receipt_id.empty()) described->turns.push_back(i - 1);
    }
    ReadReceipt(described);
  });
}

void Resources::ReadReceipt(const std::shared_ptr<Described>& described) const {
  if (described->turns.empty()) {
    return described->done(JsonText(described->uri, described->call));
  }
  Json& turn = described->call["turns"][described->turns.back()];
  described->turns.pop_back();
  journal_.GetReceipt(described->context, json::StringOr(turn, "receipt_id"),
                      [this, described, &turn](StatusOr<Receipt> receipt) {
                        if (receipt.ok()) turn["receipt"] = DescribeReceipt(*receipt);
                        // Receipts are evicted before the turns that name them.
                        if (!receipt.ok() && receipt.status().code() != StatusCode::kNotFound) {
                          return described->done(receipt.status());
                        }
                        ReadReceipt(described);
                      });
}

// The store lists oldest first, so the newest are found by reading on to the end.
struct Resources::Newest {
  std::string uri;
  CallContext context;
  EventQuery query;
  Done done;
  int pages = 0;
  std::deque<Event> events;
};

void Resources::ReadEvents(const std::string& uri, EventFilter filter, const CallContext& context,
                           Done done) const {
  auto newest = std::make_shared<Newest>();
  newest->uri = uri;
  newest->context = context;
  newest->query.filter = std::move(filter);
  newest->query.filter.since_ms = clock_.NowMs() - kListedAgeMs;
  newest->query.limit = kPageSize;
  newest->done = std::move(done);
  ReadPage(newest);
}

void Resources::ReadPage(const std::shared_ptr<Newest>& newest) const {
  journal_.WaitEvents(newest->context, newest->query, [this, newest](StatusOr<EventPage> page) {
    if (!page.ok()) return newest->done(page.status());
    for (Event& event : page->events) {
      newest->events.push_back(std::move(event));
      if (newest->events.size() > kMaxListed) newest->events.pop_front();
    }
    newest->query.after_seq = page->next_after_seq;
    if (page->has_more && ++newest->pages < kMaxPages) return ReadPage(newest);
    Json events = Json::array();
    for (const Event& event : newest->events) events.push_back(DescribeEvent(event));
    newest->done(JsonText(
        newest->uri, {{"events", std::move(events)}, {"next_after_seq", page->next_after_seq}}));
  });
}

std::string Resources::ConfigText(const CallContext& context) const {
  const auto entry = credentials_.Get(context.tenant);
  const std::string account = entry && !entry->credentials.account_id.empty()
                                  ? entry->credentials.account_id
                                  : facts_.account_id;
  const Json config = {
      {"version", facts_.version},
      {"environment", facts_.environment},
      {"sandbox", facts_.sandbox},
      {"credentials_set", entry && !entry->credentials.client_id.empty()},
      {"account_id", NullIfEmpty(account)},
      {"number", NullIfEmpty(facts_.number)},
      {"voice_application_id", NullIfEmpty(facts_.voice_application_id)},
      {"messaging_application_id", NullIfEmpty(facts_.messaging_application_id)},
      {"callback_base_url", facts_.callbacks.base()},
      {"callback_urls",
       {{"voice_answer", facts_.callbacks.Answer()},
        {"voice_disconnect", facts_.callbacks.Disconnect()},
        {"messaging_inbound", facts_.callbacks.MessagingInbound()},
        {"messaging_status", facts_.callbacks.MessagingStatus()}}},
      {"callback_credentials_set", facts_.callback_credentials_set},
      {"profile", facts_.profile},
      {"documents", facts_.documents},
  };
  return json::DumpPretty(config);
}

}  // namespace bw::tool_service
