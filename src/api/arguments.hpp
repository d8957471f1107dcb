// What a request carries for its command: a JSON object, a form body, or the query, so that curl may use whichever is
// short. Where body and query name the same field the body counts.
//
// Values are kept as text: {"number": 1002}, {"number": "1002"} and ?number=1002 mean the same.
#pragma once
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/service.hpp"
#include "base/result.hpp"

namespace offhook::api {

class Arguments {
 public:
  // Complaint: a body that is no object, or a value that is a list or an object.
  [[nodiscard]] static Checked<Arguments> read(const Request& request);

  // A misspelt field is an error and not silently nothing.
  [[nodiscard]] Checked<void> only(std::initializer_list<std::string_view> names) const;

  // Absent, null and "" are the same: nothing.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] Checked<std::string> required(std::string_view name) const;
  // A positive number, 0 when absent.
  [[nodiscard]] Checked<int> number(std::string_view name) const;
  // true/false, on/off, yes/no, 1/0.
  [[nodiscard]] Checked<std::optional<bool>> flag(std::string_view name) const;

 private:
  void read_form(std::string_view form);
  [[nodiscard]] Checked<void> read_json(std::string_view body);

  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace offhook::api
