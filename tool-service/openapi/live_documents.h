// The documents as Bandwidth publishes them now, fetched over https and kept on disk: a start never
// waits for the network, and what was fetched once stays in use while it cannot be fetched.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "tool-service/core/http_client.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {

struct LiveRow {
  /// The document's name here.
  std::string_view name;
  /// Below the base URL.
  std::string_view file;
  /// Bundled documents that it takes the place of, beside the one of its own name.
  std::vector<std::string_view> replaces;
};
const std::vector<LiveRow>& LiveTable();

/// INVALID_ARGUMENT unless `base_url` is https at a host that is known to publish documents, or
/// http(s) at this machine.
Status CheckLiveUrl(std::string_view base_url);

/// Thread-safe.
class LiveDocuments {
 public:
  struct Fetched {
    std::string name;
    StatusOr<HttpResponse> answer;
  };
  using Done = std::function<void(std::vector<Fetched>)>;

  struct Outcome {
    std::size_t changed = 0;
    std::size_t unchanged = 0;
    /// One per document that could not be had; its kept version stays.
    std::vector<Status> errors;
  };

  /// `client` outlives what Fetch began.
  LiveDocuments(std::string base_url, std::string cache_folder, HttpClient& client);

  /// What is kept and sound; blocks for the disk.
  std::vector<SourceText> Kept() const;
  /// Asks for every document, with the ETag of the kept one. `done` runs once, on any thread, when
  /// all are answered. Blocks for the disk, not for the network.
  void Fetch(Done done) const;
  /// Keeps what is new and an OpenAPI document; blocks for the disk and parses.
  Outcome Keep(const std::vector<Fetched>& fetched) const;

 private:
  struct KeptFile {
    std::string etag;
    std::string text;
  };

  std::string UrlOf(const LiveRow& row) const;
  std::string PathOf(std::string_view name) const;
  std::optional<KeptFile> Read(const LiveRow& row) const;
  /// True when it was changed.
  StatusOr<bool> KeepOne(const LiveRow& row, const Fetched& fetched) const;

  const std::string base_url_;
  const std::string cache_folder_;
  HttpClient& client_;
};

}  // namespace bw::tool_service
