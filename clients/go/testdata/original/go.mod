// An application as it was written for the original client; the last line is all that is new.
module example.com/original

go 1.21

require github.com/kevin-cantwell/logio v0.0.0

replace github.com/kevin-cantwell/logio => ../..
