// The path says where the module lives in the project's tree. Nothing in the package imports by it,
// so a replace line may give the module another name: that of the original client, for example.
module github.com/logio/logio/clients/go

go 1.21
