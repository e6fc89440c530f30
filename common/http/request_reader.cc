#include "common/http/request_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace bw::http {
namespace {

namespace beast = boost::beast::http;
using BeastView = boost::beast::string_view;
using boost::beast::error_code;

// A body is grown as it arrives, so that a length that is only announced costs no memory.
constexpr std::size_t kMaxBodyReserve = 16u << 10;
constexpr std::size_t kUsualFieldCount = 12;

std::string_view View(BeastView text) { return {text.data(), text.size()}; }

struct RefusalRow {
  beast::error error;
  RequestReader::Refusal refusal;
};

constexpr std::array<RefusalRow, 11> kRefusals{{
    {beast::error::body_limit, {413, "The request body is larger than this server accepts."}},
    {beast::error::bad_method, {400, "The request line does not start with a valid method."}},
    {beast::error::bad_target, {400, "The request target contains characters not allowed in it."}},
    {beast::error::bad_version, {400, "The request line does not end with an HTTP version."}},
    {beast::error::bad_field, {400, "A header field has an invalid name."}},
    {beast::error::bad_value, {400, "A header field has an invalid value."}},
    {beast::error::bad_content_length, {400, "Content-Length is invalid or ambiguous."}},
    {beast::error::bad_transfer_encoding, {400, "Transfer-Encoding is invalid or ambiguous."}},
    {beast::error::bad_chunk, {400, "The chunked body is malformed."}},
    {beast::error::bad_chunk_extension, {400, "A chunk extension is malformed."}},
    {beast::error::bad_line_ending, {400, "A line does not end with CR LF."}},
}};

RequestReader::Refusal RefusalFor(const error_code& error) {
  for (const auto& row : kRefusals) {
    if (error == row.error) return row.refusal;
  }
  return {400, "The request is malformed."};
}

enum class ByteClass : unsigned char { kPlain, kLineFeed, kCarriageReturn, kControl };

constexpr std::array<ByteClass, 256> kByteClasses = [] {
  std::array<ByteClass, 256> classes{};
  for (int i = 0; i < 0x20; ++i) classes[i] = ByteClass::kControl;
  classes[0x7f] = ByteClass::kControl;
  classes['\t'] = ByteClass::kPlain;
  classes['\n'] = ByteClass::kLineFeed;
  classes['\r'] = ByteClass::kCarriageReturn;
  return classes;
}();

ByteClass ClassOf(char c) { return kByteClasses[static_cast<unsigned char>(c)]; }

// "GET / HTTP/3.0": the version is well-formed, but not one this server speaks.
bool EndsWithHttpVersion(std::string_view head) {
  constexpr std::string_view kPattern = " HTTP/d.d";
  const std::string_view line = head.substr(0, head.find("\r\n"));
  if (line.size() < kPattern.size()) return false;
  const std::string_view tail = line.substr(line.size() - kPattern.size());
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const bool fits =
        kPattern[i] == 'd' ? tail[i] >= '0' && tail[i] <= '9' : tail[i] == kPattern[i];
    if (!fits) return false;
  }
  return true;
}

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// `mark` was found at `found` in `input`, or nowhere yet: it is, or will be, at `limit` or beyond.
// Half a mark at the end of `input` is not too late yet.
bool EndsBeyond(std::size_t limit, std::string_view mark, std::size_t found,
                std::string_view input) {
  if (found != std::string_view::npos) return found >= limit;
  return input.size() >= limit + mark.size() - 1;
}

// uri-host [":" port]; the delimiters of a URI's other parts have no business in it.
bool IsPlausibleHost(std::string_view host) {
  return host.find_first_of(" \t/\\?#@,\"<>") == std::string_view::npos;
}

bool ParseQuery(std::string_view text, Request* request) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = PercentDecode(pair.substr(0, equals), /*plus_is_blank=*/true);
    auto value = PercentDecode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return false;
    request->query.emplace_back(*std::move(name), *std::move(value));
  }
  return true;
}

}  // namespace

// Collects one request from Beast's events; field by field, without Beast's own container between.
class RequestReader::Parser {
 public:
  explicit Parser(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) { Restart(); }

  void Restart() {
    machine_.emplace(*this);
    machine_->header_limit(std::numeric_limits<std::uint32_t>::max());
    machine_->body_limit(max_body_bytes_);
    machine_->eager(false);
    request_ = Request();
    refusal_.reset();
    head_done_ = false;
    continue_wished_ = false;
    http_1_0_ = false;
    content_lengths_ = 0;
    hosts_ = 0;
  }

  std::size_t Put(std::string_view bytes, error_code* error) {
    return machine_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), *error);
  }

  bool done() const { return machine_->is_done(); }
  bool chunked() const { return machine_->chunked(); }
  bool keep_alive() const { return machine_->keep_alive(); }
  bool http_1_0() const { return http_1_0_; }
  bool continue_wished() const { return continue_wished_; }
  std::uint64_t content_length() const { return machine_->content_length().value_or(0); }
  std::uint64_t chunk_size() const { return chunk_size_; }
  Request& request() { return request_; }

  Refusal RefusalOf(const error_code& error) const {
    return refusal_ ? *refusal_ : RefusalFor(error);
  }

 private:
  class Machine : public beast::basic_parser<true> {
   public:
    explicit Machine(Parser& owner) : owner_(owner) {}

   private:
    void on_request_impl(beast::verb, BeastView method, BeastView target, int version,
                         error_code& error) override {
      owner_.OnRequestLine(View(method), View(target), version, error);
    }
    void on_response_impl(int, BeastView, int, error_code&) override {}
    void on_field_impl(beast::field field, BeastView name, BeastView value,
                       error_code& error) override {
      owner_.OnField(field, View(name), View(value), error);
    }
    void on_header_impl(error_code& error) override { owner_.OnHead(error); }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
      owner_.request_.body.reserve(std::min<std::uint64_t>(length.value_or(0), kMaxBodyReserve));
    }
    std::size_t on_body_impl(BeastView body, error_code&) override {
      owner_.request_.body.append(body.data(), body.size());
      return body.size();
    }
    void on_chunk_header_impl(std::uint64_t size, BeastView, error_code&) override {
      owner_.chunk_size_ = size;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code&) override {
      owner_.request_.body.append(body.data(), body.size());
      return body.size();
    }
    void on_finish_impl(error_code&) override {}

    Parser& owner_;
  };

  void Refuse(Refusal refusal, error_code& error) {
    refusal_ = refusal;
    error = beast::error::bad_field;
  }

  void OnRequestLine(std::string_view method, std::string_view target, int version,
                     error_code& error) {
    request_.headers.Reserve(kUsualFieldCount);
    request_.method = method;
    request_.target = target;
    http_1_0_ = version == 10;
    error = {};
  }

  void OnField(beast::field field, std::string_view name, std::string_view value,
               error_code& error) {
    error = {};
    if (head_done_) return;  // a trailer: must not be able to change what was already decided
    switch (field) {
      case beast::field::content_length:
        // Beast takes "3, 3" and equal duplicates; a proxy in front may read them otherwise.
        if (++content_lengths_ > 1 || !IsDigits(value)) {
          return Refuse({400, "Content-Length is invalid or ambiguous."}, error);
        }
        break;
      case beast::field::transfer_encoding:
        if (http_1_0_ || !EqualsIgnoringCase(value, "chunked")) {
          return Refuse({400, "The only Transfer-Encoding supported is chunked, on HTTP/1.1."},
                        error);
        }
        break;
      case beast::field::host:
        if (++hosts_ > 1 || !IsPlausibleHost(value)) {
          return Refuse({400, "Host is invalid or given more than once."}, error);
        }
        break;
      case beast::field::expect:
        if (!EqualsIgnoringCase(value, "100-continue")) {
          return Refuse({417, "The only expectation supported is 100-continue."}, error);
        }
        continue_wished_ = !http_1_0_;  // RFC 9110 section 10.1.1
        break;
      default:
        break;
    }
    request_.headers.Add(std::string(name), std::string(value));
  }

  void OnHead(error_code& error) {
    head_done_ = true;
    if (hosts_ == 0 && !http_1_0_) return Refuse({400, "Host is missing."}, error);
    if (!ParseTarget()) {
      Refuse({400, "The request target is malformed."}, error);
    }
  }

  // RFC 9112 section 3.2: origin-form, absolute-form, authority-form for CONNECT, "*" for OPTIONS.
  bool ParseTarget() {
    std::string_view rest = request_.target;
    if (request_.method == "CONNECT" || (request_.method == "OPTIONS" && rest == "*")) {
      request_.path = rest;
      return true;
    }
    if (rest.find('#') != std::string_view::npos) return false;
    if (!rest.starts_with('/') && !StripAuthority(&rest)) return false;
    const std::size_t question = std::min(rest.find('?'), rest.size());
    auto path = PercentDecode(rest.substr(0, question));
    if (!path || path->find('\0') != std::string::npos) return false;
    request_.path = path->empty() ? "/" : *std::move(path);
    return ParseQuery(rest.substr(std::min(question + 1, rest.size())), &request_);
  }

  // The authority of an absolute-form target overrides Host; one that contradicts it is refused, so
  // that checks of Host above need not know about this form.
  bool StripAuthority(std::string_view* target) {
    const std::size_t colon = target->find("://");
    if (colon == std::string_view::npos) return false;
    const std::string_view scheme = target->substr(0, colon);
    if (!EqualsIgnoringCase(scheme, "http") && !EqualsIgnoringCase(scheme, "https")) return false;
    target->remove_prefix(colon + 3);
    const std::size_t end = std::min(target->find_first_of("/?"), target->size());
    const std::string_view authority = target->substr(0, end);
    if (authority.empty() || !IsPlausibleHost(authority)) return false;
    const auto host = request_.headers.Get("Host");
    if (host && !EqualsIgnoringCase(*host, authority)) return false;
    target->remove_prefix(end);
    return true;
  }

  const std::size_t max_body_bytes_;
  std::optional<Machine> machine_;
  Request request_;
  std::optional<Refusal> refusal_;
  bool head_done_ = false;
  bool continue_wished_ = false;
  bool http_1_0_ = false;
  int content_lengths_ = 0;
  int hosts_ = 0;
  std::uint64_t chunk_size_ = 0;
};

RequestReader::RequestReader(Limits limits)
    : limits_(limits), parser_(std::make_unique<Parser>(limits.body_bytes)) {}

RequestReader::~RequestReader() = default;

RequestReader::Outcome RequestReader::Read(std::string_view input, std::size_t* consumed) {
  *consumed = 0;
  for (;;) {
    if (refused_) return Outcome::kRefused;
    const std::string_view rest = input.substr(*consumed);
    if (rest.empty()) return Outcome::kNeedMore;
    started_ = true;
    Step step{Step::Kind::kNeedMore};
    switch (phase_) {
      case Phase::kHead:
        step = ReadHead(rest);
        break;
      case Phase::kBody:
        step = ReadBody(rest);
        break;
      case Phase::kChunkLine:
        step = ReadChunkLine(rest);
        break;
      case Phase::kChunkData:
        step = ReadChunkData(rest);
        break;
      case Phase::kTrailers:
        step = ReadTrailers(rest);
        break;
    }
    *consumed += step.used;
    if (step.kind == Step::Kind::kRequest) return Outcome::kRequest;
    if (step.kind == Step::Kind::kNeedMore) return Outcome::kNeedMore;
  }
}

Request RequestReader::TakeRequest() {
  Request request = std::move(parser_->request());
  Reset();
  return request;
}

bool RequestReader::TakeContinueWish() { return std::exchange(continue_wished_, false); }

void RequestReader::Reset() {
  parser_->Restart();
  phase_ = Phase::kHead;
  started_ = false;
  continue_wished_ = false;
  first_chunk_ = true;
  blank_lines_ = 0;
  scanned_ = 0;
  line_start_ = 0;
}

RequestReader::Step RequestReader::Refuse(int status, std::string_view reason) {
  refused_ = true;
  refusal_ = {status, reason};
  return {Step::Kind::kRefused};
}

RequestReader::Step RequestReader::Complete(std::size_t used) {
  return {Step::Kind::kRequest, used};
}

// Looks for the end of the head and refuses on the way what no head may contain, byte by byte in
// order, so that the first fault decides whatever the segmentation.
RequestReader::Step RequestReader::ReadHead(std::string_view input) {
  const std::size_t end = std::min(input.size(), limits_.header_bytes);
  while (scanned_ < end) {
    const char c = input[scanned_];
    const bool after_cr = scanned_ > line_start_ && input[scanned_ - 1] == '\r';
    const ByteClass kind = ClassOf(c);
    if (after_cr != (kind == ByteClass::kLineFeed)) {
      return Refuse(400, "A line of the request does not end with CR LF.");
    }
    if (kind == ByteClass::kControl) {
      return Refuse(400, "The request contains a control character.");
    }
    if (scanned_ == line_start_ && (c == ' ' || c == '\t')) {
      return Refuse(400, "A line of the request starts with a blank.");
    }
    ++scanned_;
    if (kind == ByteClass::kPlain) {
      while (scanned_ < end && ClassOf(input[scanned_]) == ByteClass::kPlain) ++scanned_;
    } else if (kind == ByteClass::kLineFeed) {
      const bool empty_line = scanned_ - line_start_ == 2;
      if (empty_line && line_start_ > 0) return ParseHead(input.substr(0, scanned_));
      line_start_ = scanned_;
      if (empty_line) {
        if (++blank_lines_ > kMaxBlankLines) return Refuse(400, "The request line is missing.");
        return {Step::Kind::kGoOn, std::exchange(scanned_, line_start_ = 0)};
      }
    }
  }
  if (input.size() >= limits_.header_bytes) {
    return Refuse(431, "The request line and header fields are larger than this server accepts.");
  }
  return {Step::Kind::kNeedMore};
}

RequestReader::Step RequestReader::ParseHead(std::string_view head) {
  error_code error;
  const std::size_t used = parser_->Put(head, &error);
  if (error == beast::error::bad_version && EndsWithHttpVersion(head)) {
    return Refuse(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  }
  if (error || used != head.size()) {
    const Refusal refusal = parser_->RefusalOf(error);
    return Refuse(refusal.status, refusal.reason);
  }
  framing_ = {parser_->keep_alive(), parser_->http_1_0(), parser_->request().method == "HEAD"};
  scanned_ = 0;
  line_start_ = 0;
  if (parser_->done()) return Complete(used);
  continue_wished_ = parser_->continue_wished();
  remaining_ = parser_->content_length();
  phase_ = parser_->chunked() ? Phase::kChunkLine : Phase::kBody;
  return {Step::Kind::kGoOn, used};
}

RequestReader::Step RequestReader::ReadBody(std::string_view input) {
  continue_wished_ = false;
  error_code error;
  const std::size_t used =
      parser_->Put(input.substr(0, std::min<std::uint64_t>(input.size(), remaining_)), &error);
  if (error && error != beast::error::need_more) {
    const Refusal refusal = parser_->RefusalOf(error);
    return Refuse(refusal.status, refusal.reason);
  }
  remaining_ -= used;
  return parser_->done() ? Complete(used) : Step{Step::Kind::kGoOn, used};
}

// Beast takes the CR LF that ends a chunk's data as the beginning of the next chunk's line.
RequestReader::Step RequestReader::ReadChunkLine(std::string_view input) {
  continue_wished_ = false;
  constexpr std::string_view kCrLf = "\r\n";
  const std::size_t prefix = first_chunk_ ? 0 : kCrLf.size();
  const std::size_t seen = std::min(prefix, input.size());
  if (input.substr(0, seen) != kCrLf.substr(0, seen)) {
    return Refuse(400, "A chunk's data is not followed by CR LF.");
  }
  const std::size_t end = input.find(kCrLf, std::max(scanned_, prefix));
  if (EndsBeyond(kMaxChunkLineBytes, kCrLf, end, input)) {
    return Refuse(400, "A chunk's size line is longer than this server accepts.");
  }
  if (end == std::string_view::npos) {
    scanned_ = input.size() - 1;  // the last byte may be half a CR LF
    return {Step::Kind::kNeedMore};
  }
  scanned_ = 0;
  error_code error;
  const std::size_t used = parser_->Put(input.substr(0, end + kCrLf.size()), &error);
  if (error == beast::error::need_more) {  // the last chunk: Beast wants its trailers with it
    phase_ = Phase::kTrailers;
    return {Step::Kind::kGoOn};
  }
  if (error) {
    const Refusal refusal = parser_->RefusalOf(error);
    return Refuse(refusal.status, refusal.reason);
  }
  first_chunk_ = false;
  remaining_ = parser_->chunk_size();
  phase_ = Phase::kChunkData;
  return {Step::Kind::kGoOn, used};
}

RequestReader::Step RequestReader::ReadChunkData(std::string_view input) {
  const Step step = ReadBody(input);
  if (step.kind == Step::Kind::kGoOn && remaining_ == 0) phase_ = Phase::kChunkLine;
  return step;
}

RequestReader::Step RequestReader::ReadTrailers(std::string_view input) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = input.find(kEnd, scanned_);
  if (EndsBeyond(limits_.header_bytes, kEnd, end, input)) {
    return Refuse(431, "The trailer fields are larger than this server accepts.");
  }
  if (end == std::string_view::npos) {
    scanned_ = input.size() < kEnd.size() ? 0 : input.size() - kEnd.size() + 1;
    return {Step::Kind::kNeedMore};
  }
  error_code error;
  const std::size_t used = parser_->Put(input.substr(0, end + kEnd.size()), &error);
  if (error || !parser_->done()) {
    const Refusal refusal = parser_->RefusalOf(error);
    return Refuse(refusal.status, refusal.reason);
  }
  return Complete(used);
}

}  // namespace bw::http
