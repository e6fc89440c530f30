// What Bandwidth's APIs say when they refuse: recognised in every shape they use, whatever the HTTP
// status, and explained from tables. The one place for both generated and hand-written tools.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "common/xml/xml.h"

namespace bw::tool_service {

/// More are only counted.
constexpr std::size_t kMaxApiErrors = 20;
constexpr std::size_t kMaxErrorNumbers = 50;

/// One error; any part may be missing.
struct ApiError {
  /// "5022", "VCS-0044", "request-validation".
  std::string code;
  std::string description;
  /// What the code means; empty when it is not known, and for other APIs than that for numbers.
  std::string_view meaning;
  /// The part of the request that it is about.
  std::string field;
  /// The telephone numbers that it is about, at most kMaxErrorNumbers.
  std::vector<std::string> numbers;
  bool operator==(const ApiError&) const = default;
};

struct ApiErrors {
  /// At most kMaxApiErrors.
  std::vector<ApiError> errors;
  std::size_t total = 0;

  bool empty() const { return total == 0; }
};

/// The five shapes of the numbers API, at any depth: ResponseStatus, ErrorList/Error, Error, Errors
/// with a code, and Status with a code outside 200-299 directly below the root. An empty list is
/// none. A Code elsewhere is data.
ApiErrors ErrorsInXml(const xml::Element& root);

/// The shapes of the JSON APIs: {type, description, fieldErrors}, {errors: […]}, {error,
/// requestId}, {message}. Of an answer that succeeded only `errors` counts.
ApiErrors ErrorsInJson(const json::Json& value, bool succeeded);

/// True for the value of a successful answer whose errors left nothing else: `data` is missing,
/// null, empty or FAILED.
bool OnlyReportsErrors(const json::Json& value);

struct Advice {
  std::string_view meaning;
  std::string_view next_step;
};

/// What an answer with this HTTP status, these errors and this body means: the row of its codes or
/// words, else the row of the status alone. Neither part is ever empty. For a status in 2xx with
/// errors too.
Advice AdviceFor(int status, const ApiErrors& errors, std::string_view body);

/// What a code of the numbers API means, in a few words; "" when it is not known.
std::string_view MeaningOfCode(std::string_view code);

/// "5022: the order names no site [SiteId missing] (+15550100002)", a line per error, each
/// beginning with a line break and "- ".
std::string ErrorLines(const ApiErrors& errors);

}  // namespace bw::tool_service
