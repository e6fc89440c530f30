#include "tool-service/core/completion.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "tool-service/core/call_uri.h"
#include "tool-service/core/resources.h"

namespace bw::tool_service {
namespace {

// Where values of a kind are seen.
struct Sources {
  ArgumentKind kind;
  bool calls;
  bool texts;
};

constexpr Sources kSources[] = {
    {ArgumentKind::kText, false, false},
    {ArgumentKind::kTheirNumber, true, true},
    {ArgumentKind::kOurNumber, true, true},
    {ArgumentKind::kVoiceApplication, true, false},
    {ArgumentKind::kMessagingApplication, false, true},
    {ArgumentKind::kApplication, true, true},
    {ArgumentKind::kAccount, false, false},
    {ArgumentKind::kCall, true, false},
    {ArgumentKind::kActiveCall, true, false},
    {ArgumentKind::kChoice, false, false},
};

const Sources& SourcesOf(ArgumentKind kind) {
  return *std::find_if(std::begin(kSources), std::end(kSources),
                       [kind](const Sources& row) { return row.kind == kind; });
}

constexpr std::string_view kEnded = "disconnected";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool BeginsWith(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(),
                    [](char left, char right) { return Lower(left) == Lower(right); });
}

const PromptArgument* FindArgument(const Prompt& prompt, std::string_view name) {
  for (const PromptArgument& argument : prompt.arguments) {
    if (argument.name == name) return &argument;
  }
  return nullptr;
}

template <typename Infos>
bool ListsUri(const Infos& infos, std::string_view uri) {
  return std::any_of(infos.begin(), infos.end(),
                     [uri](const ResourceInfo& info) { return info.uri == uri; });
}

// What is asked for, once prompt or resource was found.
struct Target {
  ArgumentKind kind = ArgumentKind::kText;
  std::vector<std::string_view> choices = {};
};

// An application is chosen for calls or for texts where the person has said so.
ArgumentKind Narrowed(ArgumentKind kind, const PromptArguments& settled) {
  const auto found = settled.find("kind");
  if (kind != ArgumentKind::kApplication || found == settled.end()) return kind;
  if (found->second == "voice") return ArgumentKind::kVoiceApplication;
  return found->second == "messaging" ? ArgumentKind::kMessagingApplication : kind;
}

StatusOr<Target> TargetOf(const CompletionQuery& query, const HasTool& has_tool) {
  if (query.reference == CompletionQuery::Reference::kPrompt) {
    const Prompt* prompt = Prompts::Find(query.name, has_tool);
    if (prompt == nullptr) return NotFound("there is no prompt of that name, or it is not enabled");
    const PromptArgument* argument = FindArgument(*prompt, query.argument);
    if (argument == nullptr) return Target{};
    return Target{Narrowed(argument->kind, query.settled), argument->choices};
  }
  if (query.name == kCallUriTemplate) {
    return Target{query.argument == "call_id" ? ArgumentKind::kCall : ArgumentKind::kText};
  }
  if (ListsUri(Resources::List(), query.name) || ListsUri(Resources::Templates(), query.name)) {
    return Target{};
  }
  return NotFound("there is no such resource or template");
}

}  // namespace

// One completion under way. Each step runs after the one before, so there is no lock.
struct Completions::Search {
  ArgumentKind kind;
  std::string beginning;
  CallContext context;
  Done done;
  int pages = 0;
  // Something was not looked through.
  bool incomplete = false;
  std::vector<std::string> found = {};
  std::set<std::string> seen = {};
  // Of texts, which come oldest first.
  std::vector<std::string> in_texts = {};

  void Add(const std::string& value) {
    if (value.empty() || !BeginsWith(value, beginning)) return;
    if (seen.insert(value).second) found.push_back(value);
  }

  // The wanted side of a call or text.
  std::vector<std::string> NumbersOf(EventDirection direction, const std::string& from,
                                     const std::vector<std::string>& to) const {
    if (direction == EventDirection::kUnknown) return {};
    const bool ours = kind == ArgumentKind::kOurNumber;
    if (ours == (direction == EventDirection::kOutbound)) return {from};
    // Of a group that was written to, only one is ours.
    if (ours && to.size() > 1) return {};
    return to;
  }

  void Add(const CallRecord& call) {
    switch (kind) {
      case ArgumentKind::kTheirNumber:
      case ArgumentKind::kOurNumber:
        for (const std::string& number : NumbersOf(call.direction, call.from, {call.to})) {
          Add(number);
        }
        return;
      case ArgumentKind::kVoiceApplication:
      case ArgumentKind::kApplication:
        return Add(call.application_id);
      case ArgumentKind::kActiveCall:
        if (call.state == kEnded) return;
        return Add(call.call_id);
      default:
        return Add(call.call_id);
    }
  }

  void Add(const Event& text) {
    if (kind == ArgumentKind::kTheirNumber || kind == ArgumentKind::kOurNumber) {
      for (std::string& number : NumbersOf(text.direction, text.from, text.to)) {
        in_texts.push_back(std::move(number));
      }
      return;
    }
    in_texts.push_back(text.application_id);
  }

  void Finish() {
    for (auto value = in_texts.rbegin(); value != in_texts.rend(); ++value) Add(*value);
    Completion completion;
    const std::size_t shown = std::min(found.size(), kMaxValues);
    completion.values.assign(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown));
    completion.total = incomplete ? 0 : static_cast<std::uint32_t>(found.size());
    completion.has_more = incomplete || found.size() > shown;
    done(std::move(completion));
  }
};

Completions::Completions(ServerFacts facts, const CredentialStore& credentials,
                         EventJournal& journal, const Clock& clock)
    : facts_(std::move(facts)), credentials_(credentials), journal_(journal), clock_(clock) {}

void Completions::Complete(const CompletionQuery& query, const HasTool& has_tool,
                           CallContext context, Done done) const {
  const auto target = TargetOf(query, has_tool);
  if (!target.ok()) return done(target.status());
  context.deadline = std::min(context.deadline, clock_.Steady() + kMaxTime);
  auto search = std::make_shared<Search>(
      Search{target->kind, query.value, std::move(context), std::move(done)});
  for (const std::string_view choice : target->choices) search->Add(std::string(choice));
  AddConfigured(*search);
  const Sources& sources = SourcesOf(search->kind);
  if (!sources.calls) return StartTexts(search);
  CallQuery calls;
  calls.page_size = kCallPageSize;
  ReadCalls(search, std::move(calls));
}

void Completions::StartTexts(const std::shared_ptr<Search>& search) const {
  if (!SourcesOf(search->kind).texts) return search->Finish();
  search->pages = 0;
  EventQuery texts;
  texts.filter.channels = {EventChannel::kMessaging};
  texts.filter.since_ms = clock_.NowMs() - kTextAgeMs;
  texts.limit = kTextPageSize;
  ReadTexts(search, std::move(texts));
}

void Completions::AddConfigured(Search& search) const {
  switch (search.kind) {
    case ArgumentKind::kOurNumber:
      return search.Add(facts_.number);
    case ArgumentKind::kVoiceApplication:
      return search.Add(facts_.voice_application_id);
    case ArgumentKind::kMessagingApplication:
      return search.Add(facts_.messaging_application_id);
    case ArgumentKind::kApplication:
      search.Add(facts_.voice_application_id);
      return search.Add(facts_.messaging_application_id);
    case ArgumentKind::kAccount: {
      const auto entry = credentials_.Get(search.context.tenant);
      if (entry) search.Add(entry->credentials.account_id);
      return search.Add(facts_.account_id);
    }
    default:
      return;
  }
}

void Completions::ReadCalls(const std::shared_ptr<Search>& search, CallQuery query) const {
  journal_.ListCalls(search->context, query, [this, search, query](StatusOr<CallPage> page) {
    if (!page.ok()) return search->done(page.status());
    for (const CallRecord& call : page->calls) search->Add(call);
    if (!page->next_page_token.empty()) {
      if (++search->pages < kMaxCallPages) {
        CallQuery next = query;
        next.page_token = page->next_page_token;
        return ReadCalls(search, std::move(next));
      }
      search->incomplete = true;
    }
    StartTexts(search);
  });
}

void Completions::ReadTexts(const std::shared_ptr<Search>& search, EventQuery query) const {
  journal_.WaitEvents(search->context, query, [this, search, query](StatusOr<EventPage> page) {
    if (!page.ok()) return search->done(page.status());
    for (const Event& text : page->events) search->Add(text);
    if (!page->has_more) return search->Finish();
    if (++search->pages >= kMaxTextPages) {
      search->incomplete = true;
      return search->Finish();
    }
    EventQuery next = query;
    next.after_seq = page->next_after_seq;
    ReadTexts(search, std::move(next));
  });
}

}  // namespace bw::tool_service
