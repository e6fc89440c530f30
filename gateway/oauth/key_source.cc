#include "gateway/oauth/key_source.h"

#include <algorithm>
#include <utility>

#include "common/json/json.h"
#include "gateway/core/web_address.h"

namespace bw::gateway {
namespace {

constexpr const char* kOauthMetadata = "/.well-known/oauth-authorization-server";
constexpr const char* kOpenIdMetadata = "/.well-known/openid-configuration";
constexpr std::size_t kMaxMetadataBytes = 256u << 10;
constexpr std::size_t kMaxDocumentBytes = std::max(kMaxMetadataBytes, kMaxKeySetBytes);

StatusOr<std::string> BodyOf(StatusOr<http_client::Response> response, const std::string& url) {
  if (!response.ok()) return Annotate(response.status(), url);
  if (response->status != 200) {
    return Unavailable(url + ": answered " + std::to_string(response->status));
  }
  return std::move(response->body);
}

}  // namespace

std::vector<std::string> MetadataUrls(const std::string& issuer) {
  const auto address = ParseWebAddress(issuer);
  if (!address.ok()) return {};
  const std::string path = address->path.ends_with('/')
                               ? address->path.substr(0, address->path.size() - 1)
                               : address->path;
  const std::string origin = address->origin();
  std::vector<std::string> urls{origin + kOauthMetadata + path, origin + kOpenIdMetadata + path};
  if (!path.empty()) urls.push_back(origin + path + kOpenIdMetadata);
  return urls;
}

StatusOr<std::string> KeysUrlOf(std::string_view metadata, const std::string& issuer) {
  BW_ASSIGN_OR_RETURN(const json::Json document,
                      json::Parse(metadata, {.max_bytes = kMaxMetadataBytes, .max_depth = 32}));
  if (json::GetString(document, "issuer") != issuer) {
    return InvalidArgument("the metadata is of another issuer");
  }
  std::string url = json::StringOr(document, "jwks_uri");
  BW_RETURN_IF_ERROR(Annotate(CheckFetchUrl(url), "jwks_uri"));
  return url;
}

KeySource::KeySource(Options options, Dependencies dependencies)
    : options_(std::move(options)),
      metadata_urls_(MetadataUrls(options_.issuer)),
      clock_(dependencies.clock),
      scheduler_(dependencies.scheduler),
      crypto_(dependencies.crypto),
      changed_(std::move(dependencies.changed)),
      report_(std::move(dependencies.report)),
      client_(std::move(dependencies.client)),
      last_error_(Unavailable("the keys were not fetched yet")),
      keys_url_(options_.keys_url) {}

std::shared_ptr<KeySource> KeySource::Start(Options options, Dependencies dependencies) {
  std::shared_ptr<KeySource> source(new KeySource(std::move(options), std::move(dependencies)));
  const std::lock_guard lock(source->mutex_);
  source->BeginFetch();
  return source;
}

void KeySource::Stop() {
  std::unique_ptr<http_client::HttpClient> client;
  {
    const std::lock_guard lock(mutex_);
    client = std::move(client_);
    if (timer_) scheduler_.Cancel(*timer_);
  }
  // Ends the fetch, and with it whoever waits.
  client.reset();
}

Keys KeySource::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void KeySource::AwaitNewer(const Keys& seen, Done done) {
  StatusOr<Keys> now = Unavailable("");
  {
    const std::lock_guard lock(mutex_);
    const bool has_newer = keys_ != nullptr && keys_ != seen;
    if (!has_newer && (fetching_ || MayFetch())) {
      if (waiting_.size() < options_.max_waiting) {
        waiting_.push_back(std::move(done));
        if (!fetching_) BeginFetch();
        return;
      }
      now = ResourceExhausted("too many wait for the keys");
    } else if (keys_ != nullptr) {
      now = keys_;
    } else {
      now = last_error_;
    }
  }
  done(std::move(now));
}

bool KeySource::MayFetch() const {
  return client_ != nullptr && (!began_at_ || clock_.Steady() - *began_at_ >= options_.retry);
}

// With mutex_ held, like all until the client answers.
void KeySource::BeginFetch() {
  fetching_ = true;
  began_at_ = clock_.Steady();
  next_metadata_url_ = 0;
  if (keys_url_.empty()) return TryMetadata();
  FetchKeys();
}

void KeySource::Get(const std::string& url, void (KeySource::*then)(StatusOr<std::string>)) {
  http_client::Request request;
  request.url = url;
  request.headers = {{"Accept", "application/json"}};
  request.timeout = options_.timeout;
  request.max_response_bytes = kMaxDocumentBytes;
  // The client ends before this does, and answers on its own thread only.
  client_->Send(std::move(request), [this, url, then](StatusOr<http_client::Response> response) {
    (this->*then)(BodyOf(std::move(response), url));
  });
}

void KeySource::TryMetadata() { Get(metadata_urls_[next_metadata_url_++], &KeySource::OnMetadata); }

void KeySource::OnMetadata(StatusOr<std::string> body) {
  auto url = body.ok() ? KeysUrlOf(*body, options_.issuer) : StatusOr<std::string>(body.status());
  {
    const std::lock_guard lock(mutex_);
    if (client_ != nullptr && url.ok()) {
      keys_url_ = *std::move(url);
      return FetchKeys();
    }
    if (client_ != nullptr && next_metadata_url_ < metadata_urls_.size()) return TryMetadata();
  }
  EndFetch(url.ok() ? Cancelled("stopped") : Annotate(url.status(), "metadata"));
}

void KeySource::FetchKeys() { Get(keys_url_, &KeySource::OnKeys); }

void KeySource::OnKeys(StatusOr<std::string> body) {
  if (!body.ok()) return EndFetch(body.status());
  const Keys previous = keys();
  EndFetch(KeySet::Parse(*body, crypto_, previous.get()));
}

void KeySource::EndFetch(StatusOr<Keys> fetched) {
  report_(fetched.ok() ? StatusOr<std::size_t>((*fetched)->size()) : fetched.status());
  std::vector<Done> waiting;
  Keys in_use;
  Status error;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.Steady();
    if (fetched.ok()) {
      keys_ = *std::move(fetched);
      fetched_at_ = now;
    } else {
      last_error_ = Unavailable(Message(fetched.status()));
      // It may have moved.
      keys_url_ = options_.keys_url;
      if (now - fetched_at_ >= options_.max_age) keys_.reset();
    }
    in_use = keys_;
    error = last_error_;
  }
  changed_(in_use);
  {
    const std::lock_guard lock(mutex_);
    fetching_ = false;
    waiting.swap(waiting_);
    if (client_ != nullptr) ScheduleRefresh(fetched.ok() ? options_.refresh : options_.retry);
  }
  for (const Done& done : waiting) done(in_use ? StatusOr<Keys>(in_use) : error);
}

void KeySource::ScheduleRefresh(std::chrono::milliseconds delay) {
  if (timer_) scheduler_.Cancel(*timer_);
  timer_ = scheduler_.After(delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Refresh();
  });
}

void KeySource::Refresh() {
  const std::lock_guard lock(mutex_);
  if (!fetching_ && MayFetch()) BeginFetch();
}

}  // namespace bw::gateway
