package logio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"sort"
	"strconv"
	"time"
)

// Deeper values, and those that hold themselves, are not shown; nor is what holds very many and
// cannot be JSON.
const (
	depthMax  = 32
	valuesMax = 100_000
)

func appendSlogValue(out []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return appendString(out, v.String())
	case slog.KindInt64:
		return strconv.AppendInt(out, v.Int64(), 10)
	case slog.KindUint64:
		return strconv.AppendUint(out, v.Uint64(), 10)
	case slog.KindBool:
		return strconv.AppendBool(out, v.Bool())
	case slog.KindFloat64:
		return appendFloat(out, v.Float64())
	case slog.KindTime:
		return appendValue(out, v.Time())
	case slog.KindDuration:
		return appendString(out, v.Duration().String())
	}
	return appendValue(out, v.Any())
}

// appendValue adds any value as JSON: by its own type where JSON has it, else as its text.
func appendValue(out []byte, v any) []byte { return appendNested(out, v, depthMax) }

func appendNested(out []byte, v any, depth int) []byte {
	switch v := v.(type) {
	case nil:
		return append(out, "null"...)
	case string:
		return appendString(out, v)
	case bool:
		return strconv.AppendBool(out, v)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case int64:
		return strconv.AppendInt(out, v, 10)
	case uint64:
		return strconv.AppendUint(out, v, 10)
	case float64:
		return appendFloat(out, v)
	case time.Time:
		return appendString(out, v.Format(time.RFC3339Nano))
	case time.Duration:
		return appendString(out, v.String())
	case map[string]any:
		switch {
		case depth == 0:
			return appendString(out, fmt.Sprintf("!DEEP: %T", v))
		case v != nil:
			return appendObject(out, v, depth-1)
		}
	case []any:
		switch {
		case depth == 0:
			return appendString(out, fmt.Sprintf("!DEEP: %T", v))
		case v != nil:
			return appendArray(out, v, depth-1)
		}
	}
	return appendOther(out, v)
}

func appendObject(out []byte, v map[string]any, depth int) []byte {
	keys := make([]string, 0, len(v))
	for key := range v {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	out = append(out, '{')
	for i, key := range keys {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendString(out, key), ':')
		out = appendNested(out, v[key], depth)
	}
	return append(out, '}')
}

func appendArray(out []byte, v []any, depth int) []byte {
	out = append(out, '[')
	for i, each := range v {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendNested(out, each, depth)
	}
	return append(out, ']')
}

// appendFloat writes 1e+21 and the like as encoding/json does; what is no number is text.
func appendFloat(out []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return appendString(out, strconv.FormatFloat(v, 'g', -1, 64))
	}
	format := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(out, v, format, -1, 64)
}

// appendOther asks the value's own methods, which may panic.
func appendOther(out []byte, v any) (all []byte) {
	defer func() {
		if fault := recover(); fault != nil {
			all = appendString(out, fmt.Sprintf("!PANIC: %v", fault))
		}
	}()
	_, marshals := v.(json.Marshaler)
	if err, ok := v.(error); ok && !marshals {
		return appendString(out, err.Error())
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) == nil {
		return append(out, bytes.TrimSuffix(text.Bytes(), []byte{'\n'})...)
	}
	values := valuesMax
	if _, ok := v.(fmt.Stringer); !ok && !printable(reflect.ValueOf(v), depthMax, &values) {
		return appendString(out, fmt.Sprintf("!DEEP: %T", v))
	}
	return appendString(out, fmt.Sprintf("%+v", v))
}

// printable reports whether package fmt can print a value: one that holds itself, where no pointer
// is between, would have it end the application.
func printable(v reflect.Value, depth int, values *int) bool {
	if *values--; depth < 0 || *values < 0 {
		return false
	}
	switch v.Kind() {
	case reflect.Interface:
		return v.IsNil() || printable(v.Elem(), depth-1, values)
	case reflect.Pointer:
		return v.IsNil() || depth < depthMax || printable(v.Elem(), depth-1, values)
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			if !printable(v.Field(i), depth-1, values) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		for i := 0; i < v.Len(); i++ {
			if !printable(v.Index(i), depth-1, values) {
				return false
			}
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			if !printable(each.Value(), depth-1, values) {
				return false
			}
		}
	}
	return true
}
