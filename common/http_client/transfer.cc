#include "common/http_client/transfer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/http_client/peer_address.h"
#include "common/status/unsent.h"

namespace bw::http_client {
namespace {

// All header fields of an answer together; curl itself bounds one line.
constexpr std::size_t kMaxResponseHeaderBytes = 256u << 10;

struct CodeRow {
  CURLcode curl;
  StatusCode status;
};

// Everything else means that the peer was not reached or broke off: UNAVAILABLE.
constexpr std::array kCodes = {
    CodeRow{CURLE_OPERATION_TIMEDOUT, StatusCode::kDeadlineExceeded},
    CodeRow{CURLE_URL_MALFORMAT, StatusCode::kInvalidArgument},
    CodeRow{CURLE_BAD_FUNCTION_ARGUMENT, StatusCode::kInvalidArgument},
    CodeRow{CURLE_LOGIN_DENIED, StatusCode::kInvalidArgument},
    CodeRow{CURLE_FILESIZE_EXCEEDED, StatusCode::kResourceExhausted},
    CodeRow{CURLE_OUT_OF_MEMORY, StatusCode::kResourceExhausted},
};

// A second sending could place a second call; curl would otherwise repeat any request whose reused
// connection turns out to be dead.
bool MayBeSentTwice(std::string_view method) { return method != "POST" && method != "PATCH"; }

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

Transfer::Transfer(const Options& options, curl_opensocket_callback open_socket,
                   curl_closesocket_callback close_socket, void* loop)
    : easy_(curl_easy_init()),
      open_socket_(open_socket),
      loop_(loop),
      decodes_(options.decode_gzip) {
  if (easy_ != nullptr) SetUpOnce(options, close_socket);
}

Transfer::~Transfer() {
  curl_slist_free_all(header_list_);
  curl_easy_cleanup(easy_);
}

void Transfer::SetUpOnce(const Options& options, curl_closesocket_callback close_socket) {
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  // The environment of the process must not decide where requests go.
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  // The path is ours, encoded; curl must not resolve dots in it.
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  if (options.decode_gzip) curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &Transfer::OnBeforeSend);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::OnOpenSocket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy_, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(easy_, CURLOPT_CLOSESOCKETDATA, loop_);
}

Status Transfer::Start(Job job) {
  job_ = std::move(job);
  response_ = Response();
  header_bytes_ = 0;
  sends_ = 0;
  too_large_ = false;
  head_complete_ = false;
  peer_refused_ = false;
  error_text_[0] = '\0';
  if (easy_ == nullptr) return ResourceExhausted("no memory for another request");
  BW_RETURN_IF_ERROR(SetHeaders());
  curl_easy_setopt(easy_, CURLOPT_URL, job_.request.url.c_str());
  SetMethod();
  return OkStatus();
}

void Transfer::SetMethod() {
  const Request& request = job_.request;
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  curl_easy_setopt(easy_, CURLOPT_NOBODY, 0L);
  if (has_body) {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  } else {
    curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
    if (request.method == "HEAD") curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  }
  const std::string_view implied = has_body ? "POST" : request.method == "HEAD" ? "HEAD" : "GET";
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST,
                   request.method == implied ? nullptr : request.method.c_str());
}

bool Transfer::AddHeader(std::string_view line) {
  curl_slist* longer = curl_slist_append(header_list_, std::string(line).c_str());
  if (longer != nullptr) header_list_ = longer;
  return longer != nullptr;
}

Status Transfer::SetHeaders() {
  curl_slist_free_all(header_list_);
  header_list_ = nullptr;
  bool added = true;
  for (const auto& [name, value] : job_.request.headers) {
    // "Name;" is curl's way to send a field with an empty value; "Name:" would remove it.
    added = added && AddHeader(value.empty() ? name + ";" : name + ": " + value);
  }
  // What curl would add on its own: a pause for 100-continue, and a form's content type.
  added = added && AddHeader("Expect:");
  if (FindHeader(job_.request.headers, "content-type").empty()) {
    added = added && AddHeader("Content-Type:");
  }
  if (!added) return ResourceExhausted("no memory for another request");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_list_);
  return OkStatus();
}

HttpClient::Done Transfer::TakeDone() {
  job_.request = Request();
  return std::exchange(job_.done, nullptr);
}

StatusOr<Response> Transfer::Finish(CURLcode code) {
  if (code != CURLE_OK) return CutOff(ErrorOf(code));
  // curl takes the end of the connection for the end of the header section.
  if (!head_complete_) return Unavailable("the answer ended within its headers");
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (status >= 300 && status < 400) response_.peer_is_public = PeerIsPublic();
  if (decodes_ && !FindHeader(response_.headers, "content-encoding").empty()) {
    // They describe the bytes on the wire, not those handed out.
    std::erase_if(response_.headers, [](const auto& field) {
      return IsSameField(field.first, "content-encoding") ||
             IsSameField(field.first, "content-length");
    });
  }
  return std::move(response_);
}

bool Transfer::PeerIsPublic() const {
  const char* peer = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &peer);
  return peer != nullptr && IsPublicAddress(std::string_view(peer));
}

Status Transfer::CutOff(Status why) const { return sends_ == 0 ? MarkUnsent(std::move(why)) : why; }

Status Transfer::ErrorOf(CURLcode code) const {
  if (peer_refused_ && sends_ == 0) {
    return PermissionDenied("the host has no address on the public internet");
  }
  if (too_large_ || code == CURLE_FILESIZE_EXCEEDED) {
    return ResourceExhausted("the answer is larger than the allowed " +
                             std::to_string(job_.request.max_response_bytes) +
                             " bytes (or its headers are)");
  }
  if (code == CURLE_BAD_CONTENT_ENCODING) {
    return DataLoss("the answer's compressed body is broken");
  }
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    return Unavailable(
        "the connection broke after the request was sent; it may or may not have been carried out");
  }
  const auto* row = std::find_if(kCodes.begin(), kCodes.end(), [code](const CodeRow& candidate) {
    return candidate.curl == code;
  });
  const StatusCode status = row == kCodes.end() ? StatusCode::kUnavailable : row->status;
  return MakeStatus(status, error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code));
}

std::size_t Transfer::OnBody(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  std::string& body = transfer.response_.body;
  if (bytes > transfer.job_.request.max_response_bytes - body.size()) {
    transfer.too_large_ = true;
    return 0;
  }
  body.append(data, bytes);
  return bytes;
}

std::size_t Transfer::OnHeader(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  const std::string_view line(data, bytes);
  transfer.header_bytes_ += bytes;
  if (transfer.header_bytes_ > kMaxResponseHeaderBytes) {
    transfer.too_large_ = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    transfer.response_.headers.clear();  // those were of an interim (1xx) answer
    transfer.head_complete_ = false;
    return bytes;
  }
  if (line == "\r\n" || line == "\n") transfer.head_complete_ = true;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return bytes;
  const std::string_view value = Trim(line.substr(colon + 1));
  transfer.response_.headers.emplace_back(line.substr(0, colon), value);
  return bytes;
}

int Transfer::OnBeforeSend(void* self, char* peer, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  // A kept connection may have been opened by a request that could go anywhere.
  if (transfer.job_.request.public_peers_only && !IsPublicAddress(std::string_view(peer))) {
    transfer.peer_refused_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (++transfer.sends_ > 1 && !MayBeSentTwice(transfer.job_.request.method)) {
    return CURL_PREREQFUNC_ABORT;
  }
  return CURL_PREREQFUNC_OK;
}

// Called for each address a name stands for, so that a refused one may be followed by another.
curl_socket_t Transfer::OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.job_.request.public_peers_only && !IsPublicAddress(address->addr)) {
    transfer.peer_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return transfer.open_socket_(transfer.loop_, purpose, address);
}

}  // namespace bw::http_client
