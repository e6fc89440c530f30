#include "tool-service/openapi/live_documents.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "tool-service/core/registry.h"
#include "tool-service/openapi/document.h"
#include "tool-service/openapi/spec_files.h"

namespace bw::tool_service {
namespace {

constexpr std::chrono::milliseconds kFetchTimeout{30'000};
constexpr std::size_t kMaxHeaderBytes = 4'096;
constexpr std::size_t kMaxEtagBytes = 256;
constexpr std::string_view kMagic = "bw-spec 1";

constexpr std::array<std::string_view, 1> kPublishers = {"dev.bandwidth.com"};
constexpr std::array<std::string_view, 3> kThisMachine = {"127.0.0.1", "localhost", "[::1]"};

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& table) {
  return std::find(table.begin(), table.end(), text) != table.end();
}

// "https://dev.bandwidth.com:443/spec" → "dev.bandwidth.com"
std::string_view HostOf(std::string_view url, std::string_view scheme) {
  std::string_view host = url.substr(scheme.size());
  host = host.substr(0, host.find('/'));
  const std::size_t bracket = host.find(']');
  if (bracket != std::string_view::npos) return host.substr(0, bracket + 1);
  return host.substr(0, host.find(':'));
}

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [candidate, value] : response.headers) {
    const bool same = candidate.size() == name.size() &&
                      std::equal(candidate.begin(), candidate.end(), name.begin(),
                                 [](unsigned char a, unsigned char b) {
                                   return std::tolower(a) == std::tolower(b);
                                 });
    if (same) return value;
  }
  return "";
}

// It goes back into a header and stands on a line of its own.
bool IsUsableEtag(std::string_view etag) {
  return etag.size() <= kMaxEtagBytes && std::all_of(etag.begin(), etag.end(), [](unsigned char c) {
           return c > 0x20 && c < 0x7f;
         });
}

// The answers as they come in; the last one tells.
class Gathering {
 public:
  Gathering(std::size_t expected, LiveDocuments::Done done)
      : expected_(expected), done_(std::move(done)) {}

  void Add(LiveDocuments::Fetched fetched) {
    std::vector<LiveDocuments::Fetched> all;
    {
      const std::lock_guard lock(mutex_);
      fetched_.push_back(std::move(fetched));
      if (fetched_.size() < expected_) return;
      all = std::move(fetched_);
    }
    done_(std::move(all));
  }

 private:
  const std::size_t expected_;
  const LiveDocuments::Done done_;
  std::mutex mutex_;  // guards fetched_
  std::vector<LiveDocuments::Fetched> fetched_;
};

}  // namespace

const std::vector<LiveRow>& LiveTable() {
  static const std::vector<LiveRow> rows = {
      {"voice", "voice.yml", {}},
      {"messaging", "messaging.yml", {}},
      {"multi-factor-auth", "multi-factor-auth.yml", {}},
      {"phone-number-lookup", "phone-number-lookup-v2.yml", {}},
      {"insights", "insights.yml", {}},
      {"end-user-management", "end-user-management.yml", {}},
      {"toll-free-verification", "toll-free-verification.yml", {}},
      {"express", "express.yml", {"registration"}},
      {"build", "build.yml", {}},
      {"numbers",
       "numbers_v2.yml",
       {"numbers-campaigns", "numbers-inventory", "numbers-orders", "numbers-porting",
        "numbers-reports", "numbers-settings"}},
  };
  return rows;
}

Status CheckLiveUrl(std::string_view base_url) {
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const bool is_url = base_url.find_first_of(" \t\r\n?#@\\") == std::string_view::npos;
  if (is_url && base_url.starts_with(kHttps)) {
    const std::string_view host = HostOf(base_url, kHttps);
    if (IsOneOf(host, kPublishers) || IsOneOf(host, kThisMachine)) return OkStatus();
  }
  if (is_url && base_url.starts_with(kHttp) && IsOneOf(HostOf(base_url, kHttp), kThisMachine)) {
    return OkStatus();
  }
  return InvalidArgument("must be an https:// URL at " + std::string(kPublishers.front()) +
                         ", or one of this machine, without query or user");
}

LiveDocuments::LiveDocuments(std::string base_url, std::string cache_folder, HttpClient& client)
    : base_url_(base_url.ends_with('/') ? std::move(base_url) : std::move(base_url) + "/"),
      cache_folder_(std::move(cache_folder)),
      client_(client) {}

std::string LiveDocuments::UrlOf(const LiveRow& row) const {
  return base_url_ + std::string(row.file);
}

std::string LiveDocuments::PathOf(std::string_view name) const {
  return cache_folder_ + "/" + std::string(name) + ".live";
}

// "bw-spec 1 <hash> <size>", the URL, the ETag, then the text.
std::optional<LiveDocuments::KeptFile> LiveDocuments::Read(const LiveRow& row) const {
  const StatusOr<std::string> file =
      ReadFile(PathOf(row.name), kMaxDocumentBytes + kMaxHeaderBytes);
  if (!file.ok()) return std::nullopt;
  std::string_view rest = *file;
  std::array<std::string_view, 3> lines;
  for (std::string_view& line : lines) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  const std::string head =
      std::string(kMagic) + " " + RevisionOf(rest) + " " + std::to_string(rest.size());
  if (lines[0] != head || lines[1] != UrlOf(row) || !IsUsableEtag(lines[2])) return std::nullopt;
  return KeptFile{std::string(lines[2]), std::string(rest)};
}

std::vector<SourceText> LiveDocuments::Kept() const {
  std::vector<SourceText> documents;
  for (const LiveRow& row : LiveTable()) {
    if (auto kept = Read(row)) {
      documents.push_back({std::string(row.name), UrlOf(row), std::move(kept->text)});
    }
  }
  return documents;
}

void LiveDocuments::Fetch(Done done) const {
  const auto gathering = std::make_shared<Gathering>(LiveTable().size(), std::move(done));
  for (const LiveRow& row : LiveTable()) {
    HttpRequest request;
    request.url = UrlOf(row);
    request.authorize = false;
    request.follow_redirects = false;
    request.timeout = kFetchTimeout;
    request.max_response_bytes = kMaxDocumentBytes;
    const auto kept = Read(row);
    if (kept && !kept->etag.empty()) request.headers.emplace_back("If-None-Match", kept->etag);
    client_.Send(std::move(request),
                 [gathering, name = std::string(row.name)](StatusOr<HttpResponse> answer) {
                   gathering->Add({name, std::move(answer)});
                 });
  }
}

StatusOr<bool> LiveDocuments::KeepOne(const LiveRow& row, const Fetched& fetched) const {
  BW_RETURN_IF_ERROR(fetched.answer.status());
  const HttpResponse& answer = *fetched.answer;
  if (answer.status == 304) return false;
  if (answer.status != 200) {
    return Unavailable("it was answered with the status " + std::to_string(answer.status));
  }
  if (const auto kept = Read(row); kept && kept->text == answer.body) return false;
  // A page that says "sorry" must not take the place of a document.
  BW_RETURN_IF_ERROR(ParseDocument(std::string(row.name), answer.body).status());
  std::string etag = HeaderOf(answer, "ETag");
  if (!IsUsableEtag(etag)) etag.clear();
  const std::string head = std::string(kMagic) + " " + RevisionOf(answer.body) + " " +
                           std::to_string(answer.body.size());
  BW_RETURN_IF_ERROR(WriteFileAtomically(
      PathOf(row.name), head + "\n" + UrlOf(row) + "\n" + etag + "\n" + answer.body));
  return true;
}

LiveDocuments::Outcome LiveDocuments::Keep(const std::vector<Fetched>& fetched) const {
  Outcome outcome;
  for (const LiveRow& row : LiveTable()) {
    const auto found = std::find_if(fetched.begin(), fetched.end(),
                                    [&](const Fetched& entry) { return entry.name == row.name; });
    if (found == fetched.end()) continue;
    const StatusOr<bool> changed = KeepOne(row, *found);
    if (!changed.ok()) {
      outcome.errors.push_back(Annotate(changed.status(), UrlOf(row)));
    } else {
      ++(*changed ? outcome.changed : outcome.unchanged);
    }
  }
  return outcome;
}

}  // namespace bw::tool_service
