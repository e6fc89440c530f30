// HTTP messages as the services see them (RFC 9110). Plain values; no transport type leaks out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bw::http {

/// ASCII letters compare equal in either case, as in field names and most of HTTP's tokens.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

/// Header fields in arrival order; names compare case-insensitively, values have outer blanks
/// trimmed.
class Headers {
 public:
  void Add(std::string name, std::string value);
  /// The first value of `name`, or nullopt.
  std::optional<std::string_view> Get(std::string_view name) const;
  std::vector<std::string_view> GetAll(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }
  void Reserve(std::size_t fields) { fields_.reserve(fields); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;
  /// As received, still encoded: path and query.
  std::string target;
  /// Percent-decoded path, without the query.
  std::string path;
  /// Percent-decoded pairs in order ("+" is a blank), duplicates kept.
  std::vector<std::pair<std::string, std::string>> query;
  Headers headers;
  std::string body;
  /// "127.0.0.1:51234"
  std::string peer;

  /// The first query value of `name`, or nullopt.
  std::optional<std::string_view> Query(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

Response TextResponse(int status, std::string_view text);
/// `json` is already serialised.
Response JsonResponse(int status, std::string json);

/// "Not Found" for 404; "" for codes without a registered phrase.
std::string_view ReasonPhrase(int status);

/// Percent-decodes; nullopt on a malformed escape.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_blank = false);
/// Encodes everything but RFC 3986 unreserved characters.
std::string PercentEncode(std::string_view text);

}  // namespace bw::http
