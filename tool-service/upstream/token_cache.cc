#include "tool-service/upstream/token_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base64/base64.h"
#include "common/json/json.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::int64_t kDefaultLifetimeSeconds = 3600;
// A lifetime beyond it is taken for a mistake.
constexpr std::int64_t kMaxLifetimeSeconds = 7 * 24 * 3600;
constexpr std::size_t kMaxErrorBytes = 300;
constexpr std::size_t kMaxAnswerBytes = 256u << 10;
constexpr std::size_t kMaxClaims = 10'000;

constexpr std::string_view kNoCredentials =
    "no credentials are set: set BW_CLIENT_ID and BW_CLIENT_SECRET, or call setCredentials where "
    "it is "
    "offered";

// Printable and short, so that it can stand in a message.
std::string Trimmed(std::string_view body) {
  std::string text(body.substr(0, kMaxErrorBytes));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, ' ');
  return text;
}

std::vector<std::string> StringsOf(const Json& claims, std::string_view name) {
  std::vector<std::string> strings;
  const Json* list = json::FindArray(claims, name);
  if (list == nullptr) return strings;
  for (const Json& entry : *list) {
    if (entry.is_string() && strings.size() < kMaxClaims)
      strings.push_back(entry.get<std::string>());
  }
  return strings;
}

// The claims of a JSON Web Token (RFC 7519): the second part between dots. A token of another form
// has none.
void ReadClaims(AccessToken& token) {
  const auto first = token.value.find('.');
  if (first == std::string::npos) return;
  const auto second = token.value.find('.', first + 1);
  if (second == std::string::npos) return;
  const auto payload = Base64UrlDecode(token.value.substr(first + 1, second - first - 1));
  if (!payload) return;
  const StatusOr<Json> claims =
      json::Parse(*payload, {.max_bytes = kMaxAnswerBytes, .max_depth = 16});
  if (!claims.ok()) return;
  token.accounts = StringsOf(*claims, "accounts");
  token.roles = StringsOf(*claims, "roles");
  token.express = json::GetBool(*claims, "express").value_or(false);
}

// Source: Bandwidth's realms are apart; a credential of one is unknown to the other.
constexpr std::string_view kRefusedAdvice =
    ". The client id or secret is wrong, has expired or belongs to another environment; the same "
    "will be refused again. Next: correct BW_CLIENT_ID, BW_CLIENT_SECRET and BW_ENVIRONMENT, or "
    "set other credentials with setCredentials where it is offered.";

}  // namespace

StatusOr<AccessToken> ReadTokenAnswer(const HttpResponse& answer,
                                      std::chrono::steady_clock::time_point now) {
  if (answer.status != 200) {
    const bool refused = answer.status >= 400 && answer.status < 500 && answer.status != 429;
    const std::string message = "the token endpoint answered HTTP " +
                                std::to_string(answer.status) + ": " + Trimmed(answer.body);
    return refused ? Unauthenticated(message + std::string(kRefusedAdvice)) : Unavailable(message);
  }
  const StatusOr<Json> body =
      json::Parse(answer.body, {.max_bytes = kMaxAnswerBytes, .max_depth = 16});
  const auto value = body.ok() ? json::GetString(*body, "access_token") : std::nullopt;
  // The value goes into a header.
  const bool usable = value && !value->empty() &&
                      std::all_of(value->begin(), value->end(),
                                  [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!usable) return DataLoss("the token endpoint's answer holds no access_token");
  AccessToken token;
  token.value = *value;
  const std::int64_t lifetime = json::GetInt(*body, "expires_in").value_or(kDefaultLifetimeSeconds);
  token.expires =
      now + std::chrono::seconds(std::clamp<std::int64_t>(lifetime, 0, kMaxLifetimeSeconds));
  ReadClaims(token);
  return token;
}

TokenCache::TokenCache(TokenCacheOptions options, const CredentialStore& credentials,
                       HttpClient& client, const Clock& clock, Scheduler& scheduler,
                       UpstreamObserver& observer)
    : options_(std::move(options)),
      credentials_(credentials),
      client_(client),
      clock_(clock),
      observer_(observer),
      scheduler_(scheduler) {}

void TokenCache::Get(const std::string& tenant, std::chrono::steady_clock::time_point deadline,
                     Done done) {
  const auto credentials = credentials_.Get(tenant);
  // A user and password alone make no token.
  if (!credentials || credentials->credentials.client_id.empty()) {
    Forget(tenant);
    done(FailedPrecondition(kNoCredentials));
    return;
  }
  std::optional<StatusOr<AccessToken>> ready;
  std::vector<Waiter> outdated;
  bool fetch = false;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[tenant];
    if (entry.generation != credentials->generation) {
      // Those who wait for a token of credentials that were replaced are told to come again.
      outdated = TakeWaiting(entry);
      entry = Entry();
      entry.generation = credentials->generation;
    }
    if (entry.token.expires - clock_.Steady() >= options_.margin && !entry.token.value.empty()) {
      ready = entry.token;
    } else if (entry.waiting.size() >= options_.max_waiting) {
      ready = ResourceExhausted("too many requests wait for an access token");
    } else {
      entry.waiting.push_back(MakeWaiter(tenant, deadline, std::move(done)));
      fetch = !std::exchange(entry.fetching, true);
    }
  }
  for (const Waiter& one : outdated) {
    one.done(Unavailable("the credentials were replaced meanwhile"));
  }
  if (ready) done(*std::move(ready));
  if (fetch) Fetch(tenant, *credentials);
}

TokenCache::Waiter TokenCache::MakeWaiter(const std::string& tenant,
                                          std::chrono::steady_clock::time_point deadline,
                                          Done done) {
  Waiter waiter;
  waiter.id = ++last_waiter_;
  waiter.done = std::move(done);
  if (stopped_) return waiter;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_.Steady());
  waiter.timer = scheduler_.After(std::max(left, std::chrono::milliseconds(0)),
                                  [this, tenant, id = waiter.id] { GiveUp(tenant, id); });
  return waiter;
}

std::vector<TokenCache::Waiter> TokenCache::TakeWaiting(Entry& entry) {
  for (const Waiter& waiter : entry.waiting) {
    if (!stopped_) scheduler_.Cancel(waiter.timer);
  }
  return std::exchange(entry.waiting, {});
}

void TokenCache::GiveUp(const std::string& tenant, std::uint64_t waiter) {
  Done done;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(tenant);
    if (entry == entries_.end()) return;
    auto& waiting = entry->second.waiting;
    const auto found = std::find_if(waiting.begin(), waiting.end(),
                                    [waiter](const Waiter& one) { return one.id == waiter; });
    if (found == waiting.end()) return;  // answered meanwhile
    done = std::move(found->done);
    waiting.erase(found);
  }
  done(DeadlineExceeded("the access token did not come within the allowed time"));
}

void TokenCache::StopTiming() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

void TokenCache::Forget(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(tenant);
  if (entry != entries_.end() && entry->second.waiting.empty()) entries_.erase(entry);
}

void TokenCache::Fetch(const std::string& tenant, const CredentialStore::Entry& credentials) {
  HttpRequest request;
  request.method = "POST";
  request.url = options_.token_url;
  request.headers = {
      {"Authorization", "Basic " + Base64Encode(credentials.credentials.client_id + ":" +
                                                credentials.credentials.secret)},
      {"Content-Type", "application/x-www-form-urlencoded"},
      {"Accept", "application/json"}};
  request.body = "grant_type=client_credentials";
  request.tenant = tenant;
  request.timeout = options_.timeout;
  request.max_response_bytes = kMaxAnswerBytes;
  client_.Send(std::move(request),
               [this, tenant, generation = credentials.generation](StatusOr<HttpResponse> answer) {
                 OnAnswer(tenant, generation, std::move(answer));
               });
}

void TokenCache::OnAnswer(const std::string& tenant, std::uint64_t generation,
                          StatusOr<HttpResponse> answer) {
  StatusOr<AccessToken> token =
      answer.ok()
          ? ReadTokenAnswer(*answer, clock_.Steady())
          : StatusOr<AccessToken>(Annotate(answer.status(), "the token endpoint was not reached"));
  observer_.OnTokenFetched(token.ok());
  std::vector<Waiter> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(tenant);
    // Replaced credentials have a fetch of their own.
    if (entry == entries_.end() || entry->second.generation != generation) return;
    entry->second.fetching = false;
    waiting = TakeWaiting(entry->second);
    if (token.ok()) entry->second.token = *token;
  }
  for (const Waiter& waiter : waiting) waiter.done(token);
}

void TokenCache::Invalidate(const std::string& tenant, const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(tenant);
  if (entry != entries_.end() && entry->second.token.value == token) {
    entry->second.token = AccessToken();
  }
}

}  // namespace bw::tool_service
